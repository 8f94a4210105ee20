// Asks for wars of the model and waits until they are fought.
import { addressOf, refusal, type Shapes } from "../../api";
import { parseColumns, type Model } from "./columns";
import type { State } from "./state";

/** Told while one waits: how many wars are fought of how many, or that other wars come first. */
export interface Wait {
  done: number;
  total: number;
  others: boolean;
}

/** Return the question that the server is asked for a state. */
export function questionOf(state: State): Record<string, string> {
  const pair = state.play === "pair" ? { against: state.against } : {};
  return {
    policy: state.policy,
    ...pair,
    seed: String(state.seed),
    replicates: String(state.wars),
    replicate: String(Math.min(state.war, state.wars - 1)),
  };
}

/** Have the wars of a question fought, and return them. Raises Refused, and AbortError when given up. */
export async function fought(
  question: Record<string, string>,
  tell: (wait: Wait) => void,
  signal: AbortSignal,
): Promise<Model> {
  for (;;) {
    const answer = await fetch(addressOf("/api/playback/model", {}, question), { signal });
    if (answer.status === 200) return parseColumns(await answer.arrayBuffer());
    if (answer.status === 202) {
      const now = (await answer.json()) as Shapes["Underway"];
      tell({ done: now.done, total: now.total, others: false });
    } else if (answer.status === 429) {
      tell({ done: 0, total: 0, others: true });
    } else {
      throw await refusal(answer);
    }
    await pause(400 * Number(answer.headers.get("retry-after") ?? 1), signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("given up", "AbortError"));
    });
  });
}
