// What can go wrong between a node and us, beyond "unreachable" and "bad data": each says what to do about it.
import { BadDataError, FirebreakError } from '../core/errors.ts'
import type { BlindReason } from '../core/flow.ts'

/** The node answered with a JSON-RPC error. `data` is a revert's return data where there is one. */
export class RpcError extends FirebreakError {
  readonly retryable = true
  constructor(
    readonly endpoint: string,
    readonly method: string,
    readonly code: number,
    readonly text: string,
    readonly data: unknown,
  ) {
    super(`${endpoint}: ${method} refused: ${text} (code ${code})`)
  }
}

/** The node does not have a block that it or the chain told us of: it may be late, or the block lost a reorg. */
export class MissingBlockError extends FirebreakError {
  readonly retryable = true
  constructor(
    readonly endpoint: string,
    readonly block: string,
  ) {
    super(`${endpoint}: block ${block} is not there (yet, or any more)`)
  }
}

/** The node answers, and its head has not moved for so long that another endpoint is asked. */
export class StandsStillError extends FirebreakError {
  readonly retryable = true
  constructor(
    readonly endpoint: string,
    readonly stallMs: number,
  ) {
    super(`${endpoint}: no new head for ${stallMs} ms`)
  }
}

/** The chain changed further back than we keep: nothing here can be undone that far. */
export class DeepReorgError extends FirebreakError {
  readonly retryable = false
  constructor(
    readonly chainId: number,
    readonly oldestKept: number,
    readonly head: string,
  ) {
    super(
      `chain ${chainId}: the branch of block ${head} leaves ours before block ${oldestKept}, the oldest that can be gone back to. The node reads the chain again, from a checkpoint if one is still on it; if it ends with this error, its endpoint shows two chains in turn: use another.`,
    )
  }
}

/** An adapter that never stops asking; a bug of the adapter's, found on a block. */
export class EndlessReadsError extends FirebreakError {
  readonly retryable = false
  constructor(
    readonly block: number,
    readonly rounds: number,
    readonly example: string,
  ) {
    super(`block ${block}: the adapter wants more reads after ${rounds} rounds (for example ${example}); it must ask all in ${rounds}.`)
  }
}

/** `stop()` was called: not a failure, only the way out of a wait. */
export class StoppedError extends FirebreakError {
  readonly retryable = false
  constructor() {
    super('stopped')
  }
}

/** A method that this node does not have; geth, anvil, Nethermind, Erigon and gateways say it in different ways. */
export function isUnsupported(error: unknown): boolean {
  if (!(error instanceof RpcError)) return false
  if (error.code === -32601 || error.code === -32004) return true
  return /method\b.*(not (found|supported|available|allowed|exist)|unsupported|does not exist)|unsupported method/i.test(error.text)
}

/** Invalid params: what a node says that knows a method, but not with this many arguments, or not with arguments of this kind. */
export const isTooManyParams = (error: unknown): boolean => error instanceof RpcError && error.code === -32602

/** Did the EVM end the call by itself? Such an end is the same on every node, so it is an answer. Running out of gas isn't: nodes cap it. */
export function isRevert(error: unknown): error is RpcError {
  if (!(error instanceof RpcError)) return false
  if (error.code === 3 || error.code === -32015) return true
  return /execution reverted|^reverted\b|invalid opcode|InvalidFEOpcode|OpcodeNotFound|invalid jump|InvalidJump|stack (under|over)flow/i.test(
    error.text,
  )
}

/** What we say when a failure keeps us from seeing. */
export function blindReason(error: unknown): BlindReason {
  if (error instanceof BadDataError) return 'bad-answer'
  if (error instanceof StandsStillError) return 'stalled'
  if (error instanceof MissingBlockError || error instanceof RpcError) return 'gap'
  return 'unreachable'
}

export const isRetryable = (error: unknown): boolean => error instanceof FirebreakError && error.retryable
