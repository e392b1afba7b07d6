// Where a protocol could not see: what its adapter wants to know of a block and history hasn't. Its detectors were blind there, not quiet.
import type { BlockInput, Call, ReadResult } from '../../core/flow.ts'
import type { BoundDetector } from '../../detect/define.ts'
import { forgetNamed } from '../../state/named-accounts.ts'
import { Answers, type Protocol } from '../../state/protocol.ts'
import type { World } from '../../state/world.ts'

export interface Missing {
  /** Place in the list of protocols. */
  readonly protocol: number
  readonly calls: readonly Call[]
}

/**
 * To be asked before the block is applied: adapters want what they want of the state before it. Empty: all saw.
 * Accounts that a finding of the block before named are wanted to compare them, and nothing rests on that. Which they are depends on the
 * detectors: an import ran none, and the node whose blocks these are ran others. Where they are missing the comparison is left out.
 */
export function missingReads(protocols: readonly Protocol[], world: World, block: BlockInput): readonly Missing[] {
  const missing = missingNow(protocols, world, block)
  if (missing.length === 0 || !forgetNamed(world, block.number - 1)) return missing
  return missingNow(protocols, world, block)
}

function missingNow(protocols: readonly Protocol[], world: World, block: BlockInput): readonly Missing[] {
  const answers = new Answers(block.reads)
  const found: Missing[] = []
  for (const [i, protocol] of protocols.entries()) {
    const wanted = protocol.reads(world, block, answers)
    if (wanted.length === 0) continue
    const calls = answers.missing(wanted)
    if (calls.length > 0) found.push({ protocol: i, calls })
  }
  return found
}

/**
 * The block as it may be applied: an adapter rests on all of its answers or on none. With some it would take a part for the whole, such
 * as a feed without its decimals. Without any it stays as it is, and asks again.
 */
export function withoutParts(protocols: readonly Protocol[], world: World, block: BlockInput, missing: readonly Missing[]): BlockInput {
  if (missing.length === 0 || block.reads.length === 0) return block
  const blind = new Set(missing.map(({ protocol }) => protocol))
  const seeing = protocols.flatMap((protocol, i) => (blind.has(i) ? [] : [...answered(protocol, world, block)]))
  const parts = new Set(protocols.flatMap((protocol, i) => (blind.has(i) ? [...answered(protocol, world, block)] : [])))
  for (const key of seeing) parts.delete(key)
  const { chainId, number, hash, parentHash, timeS, logs, reads, traces } = block
  const left = reads.filter((read) => !parts.has(keyOf(read)))
  return { chainId, number, hash, parentHash, timeS, logs, reads: left, ...(traces && { traces }) }
}

/** Which of the block's answers the adapter asked for, in the rounds in which it does. */
function answered(protocol: Protocol, world: World, block: BlockInput): ReadonlySet<string> {
  const stored = new Map(block.reads.map((read) => [keyOf(read), read]))
  const keys = new Set<string>()
  const sofar: ReadResult[] = []
  for (let before = -1; before < sofar.length; ) {
    before = sofar.length
    for (const call of protocol.reads(world, block, new Answers(sofar))) {
      const key = keyOf(call)
      const read = stored.get(key)
      if (!read || keys.has(key)) continue
      keys.add(key)
      sofar.push(read)
    }
  }
  return keys
}

const keyOf = ({ to, data }: Call): string => `${to}${data}`

/** Of each protocol the places of the detectors whose table it writes. */
export function fedDetectors(protocols: readonly Protocol[], detectors: readonly BoundDetector[]): readonly (readonly number[])[] {
  return protocols.map(({ writes }) => {
    const tables = new Set(writes.map(({ name }) => name))
    return detectors.flatMap(({ detector }, i) => (tables.has(detector.on.name) ? [i] : []))
  })
}
