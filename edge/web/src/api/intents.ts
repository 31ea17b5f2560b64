import { isWorthRetrying } from "./client";

/**
 * One Idempotency-Key for each intent of a person, kept until the server gave a definite reply: a second tap, or a
 * retry after a lost reply, is the same intent and must have the same effect once.
 */
export class Intents {
  private readonly keys = new Map<string, string>();

  constructor(private readonly newKey: () => string = () => crypto.randomUUID()) {}

  /** Runs `attempt` with the key of this intent. `name` says what is meant, with everything that makes it different. */
  async run<T>(name: string, attempt: (idempotencyKey: string) => Promise<T>): Promise<T> {
    const key = this.keys.get(name) ?? this.newKey();
    this.keys.set(name, key);
    try {
      const result = await attempt(key);
      this.keys.delete(name);
      return result;
    } catch (error) {
      if (!isWorthRetrying(error)) this.keys.delete(name);
      throw error;
    }
  }
}

export const intents = new Intents();
