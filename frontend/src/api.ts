// What the server answers, with the types that its OpenAPI gives.
import type { components, paths } from "./api-types";

export type Shapes = components["schemas"];

type Answered<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { "application/json": infer A } } } };
}
  ? A
  : never;

/** A refusal by the server: its status, and every fault it told. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly faults: readonly string[],
  ) {
    super(faults.join(" "));
  }
}

/**
 * Ask the server. `parts` fill the `{names}` of the path, `question` its question; raises Refused.
 */
export async function get<P extends keyof paths & string>(
  path: P,
  {
    parts = {},
    question = {},
    signal,
  }: { parts?: Record<string, string>; question?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Answered<P>> {
  const answer = await fetch(addressOf(path, parts, question), signal ? { signal } : {});
  if (!answer.ok) throw await refusal(answer);
  return (await answer.json()) as Answered<P>;
}

/** Return the address of a path of the interface, filled in. */
export function addressOf(
  path: string,
  parts: Record<string, string> = {},
  question: Record<string, string> = {},
): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts[name] ?? ""));
  const asked = new URLSearchParams(question).toString();
  return asked ? `${filled}?${asked}` : filled;
}

/** Return what a refused answer says. */
export async function refusal(answer: Response): Promise<Refused> {
  const told = (await answer.json().catch(() => null)) as { error?: { faults?: string[] } } | null;
  return new Refused(answer.status, told?.error?.faults ?? [`the server answered ${answer.status}`]);
}
