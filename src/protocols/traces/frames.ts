// A transaction's frames as a tree that is easy to ask: who acts in each, what is around it, whether it stands.
import type { Hex } from '../../core/flow.ts'
import type { TraceCall, TxTrace } from '../../core/trace.ts'

export interface Frame extends TraceCall {
  readonly index: number
  /** The frame around it; undefined: the outermost. */
  readonly parent: Frame | undefined
  /** Whose storage and balance it acts on. */
  readonly actor: Hex
  /** Neither it nor anything around it failed. */
  readonly stands: boolean
  /** Nothing may be changed in it. */
  readonly isStatic: boolean
  /** Index of the first frame that is no more below it. */
  until: number
}

export function framesOf({ calls }: Pick<TxTrace, 'calls'>): readonly Frame[] {
  const frames: Frame[] = []
  const open: Frame[] = []
  for (const [index, call] of calls.entries()) {
    while (open.length > 0 && (open.at(-1) as Frame).depth >= call.depth) (open.pop() as Frame).until = index
    const parent = open.at(-1)
    const lends = call.kind === 'delegatecall' || call.kind === 'callcode'
    const frame: Frame = {
      ...call,
      index,
      parent,
      actor: call.kind === 'selfdestruct' ? call.from : lends ? (parent?.actor ?? call.from) : call.to,
      stands: call.end === 'ok' && (parent?.stands ?? true),
      isStatic: call.kind === 'staticcall' || (parent?.isStatic ?? false),
      until: calls.length,
    }
    frames.push(frame)
    open.push(frame)
  }
  return frames
}

/** The frames around it, the nearest first. */
export function* around(frame: Frame): Generator<Frame> {
  for (let at = frame.parent; at !== undefined; at = at.parent) yield at
}

/** Is it a call of another's code, rather than borrowed code, a creation or an end? */
export const isCall = ({ kind }: TraceCall): boolean => kind === 'call' || kind === 'staticcall'

/** 0: none. */
export const selectorNumber = (selector: Hex): number => (selector.length === 10 ? Number(selector) : 0)
