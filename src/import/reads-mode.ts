// Of which blocks an import asks the contract reads: all as a live node does, or fewer, since each costs a question to an archive node.
import { UserError } from '../core/errors.ts'

export type ReadsMode =
  | { readonly kind: 'none' }
  | { readonly kind: 'at-start' }
  | { readonly kind: 'every'; readonly blocks: number }
  | { readonly kind: 'all' }

/** `none`, `at-start`, `every:N` or `all`. */
export function readsMode(text: string): ReadsMode {
  if (text === 'none' || text === 'at-start' || text === 'all') return { kind: text }
  const blocks = Number(/^every:([1-9]\d{0,8})$/.exec(text)?.[1])
  if (Number.isNaN(blocks)) throw new UserError('--reads', text, 'none, at-start, every:N (N blocks, 1 or more) or all')
  return { kind: 'every', blocks }
}

/** Are the reads of this block asked for, in an import that begins at `fromBlock`? */
export function asksReads(mode: ReadsMode, number: number, fromBlock: number): boolean {
  switch (mode.kind) {
    case 'none':
      return false
    case 'at-start':
      return number === fromBlock
    case 'every':
      return (number - fromBlock) % mode.blocks === 0
    case 'all':
      return true
    default:
      return mode satisfies never
  }
}

/** Must the adapters go over every block, so that what they read of one is what they would read live? */
export const followsAll = (mode: ReadsMode): boolean => mode.kind === 'every' || mode.kind === 'all'
