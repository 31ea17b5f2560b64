/// <reference types="vitest/config" />
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { mockApi } from "./dev/mock/plugin.ts";

const MOCK = process.env.ONSALE_WEB_MOCK === "1";
const EDGE_URL = process.env.ONSALE_EDGE_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [
    preact({ devToolsEnabled: false }),
    MOCK && mockApi(),
    VitePWA({
      registerType: "autoUpdate",
      injectRegister: false,
      manifestFilename: "manifest.webmanifest",
      manifest: {
        name: "Onsale",
        short_name: "Onsale",
        description: "Tickets, and the gate that they open.",
        start_url: "/tickets",
        display: "standalone",
        background_color: "#FFFFFF",
        theme_color: "#2A3BD1",
        icons: [
          { src: "/icon.svg", sizes: "any", type: "image/svg+xml", purpose: "any" },
          { src: "/icon-maskable.svg", sizes: "any", type: "image/svg+xml", purpose: "maskable" },
        ],
      },
      workbox: {
        // The shell and every page's chunk: tickets and the gate must open in flight mode. The scanner's WebAssembly
        // is 1 MB and comes when a gate first asks for it.
        globPatterns: ["index.html", "assets/*.{js,css}", "*.svg"],
        navigateFallback: "/index.html",
        navigateFallbackDenylist: [/^\/v1\//, /^\/docs/, /^\/openapi\.json/, /^\/\.well-known\//, /^\/dev\//],
        runtimeCaching: [
          {
            urlPattern: /\/assets\/.*\.wasm$/,
            handler: "CacheFirst",
            options: { cacheName: "scanner", expiration: { maxEntries: 2 } },
          },
        ],
        // An old tab keeps what it had; the next visit has the new one.
        skipWaiting: true,
        clientsClaim: true,
        sourcemap: false,
      },
    }),
  ],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    // For build/budgets.mjs.
    manifest: true,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    ...(MOCK ? {} : { proxy: { "/v1": EDGE_URL, "/.well-known": EDGE_URL } }),
  },
  preview: { proxy: { "/v1": EDGE_URL } },
  test: { environment: "happy-dom", include: ["tests/**/*.test.{ts,tsx}"], restoreMocks: true },
});
