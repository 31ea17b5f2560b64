import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import { answer, stream, type Call } from "./answers.ts";

/** Answers /v1 and a little of Stripe on the development server, for work on the pages without a stack. */
export function mockApi(): Plugin {
  return {
    name: "onsale-mock-api",
    apply: "serve",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (!/^\/(v1|mock-stripe)\//.test(request.url ?? "")) return next();
        void serve(request, response);
      });
    },
  };
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://mock");
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const call: Call = {
    method: request.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    body: parsed(text),
    form: new URLSearchParams(text),
    token: (request.headers.authorization ?? "").replace("Bearer ", ""),
    cookie: request.headers.cookie ?? "",
  };
  if (stream(call, (part) => response.write(part), (stop) => response.on("close", stop))) {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.flushHeaders();
    return;
  }
  const { status, body, headers } = answer(call);
  response.writeHead(status, {
    "Content-Type": status >= 400 ? "application/problem+json" : "application/json",
    ...headers,
  });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
