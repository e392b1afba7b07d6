// Did a transaction do the same in two environments? Compared is what it did to what is watched, not how much: interest goes on between blocks.
import type { Log } from '../../core/flow.ts'
import type { Ran } from './engine.ts'

export function sameShape(one: Pick<Ran, 'ok'> & { readonly watched: readonly Log[] }, other: typeof one): boolean {
  return one.ok.join() === other.ok.join() && shapeOf(one.watched) === shapeOf(other.watched)
}

const shapeOf = (logs: readonly Log[]): string =>
  logs.map(({ txIndex, address, topics }) => `${txIndex} ${address} ${topics[0] ?? ''}`).join()
