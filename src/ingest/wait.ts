// Waiting that ends: at a result, at a moment, or when told to stop; whichever is first.
import { StoppedError } from './errors.ts'

/** setTimeout's own limit; longer waits come back earlier, which callers allow for. */
const LONGEST_MS = 2 ** 31 - 1

/** The work's value, or undefined if `withinMs` passed first. Throws the work's error, and StoppedError when `signal` says so. */
export function firstOf<T>(work: Promise<T>, withinMs: number, signal?: AbortSignal): Promise<{ readonly value: T } | undefined> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    const onAbort = (): void => {
      end()
      reject(new StoppedError())
    }
    const onTime = (): void => {
      end()
      resolve(undefined)
    }
    const timer = withinMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(onTime, Math.min(Math.max(withinMs, 0), LONGEST_MS))
    work.then(
      (value) => {
        end()
        resolve({ value })
      },
      (error: unknown) => {
        end()
        reject(error)
      },
    )
    if (signal?.aborted === true) onAbort()
    else signal?.addEventListener('abort', onAbort)
  })
}

export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await firstOf(new Promise<never>(() => undefined), ms, signal)
}

/** Exponential from 100 ms, at most `mostMs`; half of it is jitter, so that nodes that failed together don't return together. */
export function backoffMs(attempt: number, mostMs: number, random: () => number): number {
  const full = Math.min(mostMs, 100 * 2 ** Math.min(attempt, 20))
  return full / 2 + (full / 2) * random()
}
