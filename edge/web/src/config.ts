import { signal } from "@preact/signals";
import { getClientConfig } from "./api/routes";
import type { ClientConfig } from "./api/types";

/** What the edge says of this place: how to pay, the limits, whether it is a demo. Loaded once. */
export const clientConfig = signal<ClientConfig | null>(null);

let loading: Promise<ClientConfig> | null = null;

export function loadClientConfig(): Promise<ClientConfig> {
  loading ??= getClientConfig().then(
    (config) => (clientConfig.value = config),
    (error: unknown) => {
      loading = null;
      throw error;
    },
  );
  return loading;
}
