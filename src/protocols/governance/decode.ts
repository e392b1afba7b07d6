// A log of a governed contract as what it means for who may do what; one that isn't shaped as it should be means nothing.
import type { Log } from '../../core/flow.ts'
import { topicAt, wordAt } from '../../core/words.ts'
import { TOPIC } from './abi.ts'
import type { Contract, FactName, Kind } from './contracts.ts'

export type GovernanceEvent =
  /** What the transaction did, it did with a delay, with several signatures, or as our Guard. */
  | { readonly kind: 'execution' }
  | {
      readonly kind: 'granted' | 'revoked'
      readonly role: bigint
      readonly holder: bigint
      /** Who called for it. */
      readonly sender: bigint
    }
  | { readonly kind: 'roleAdmin'; readonly role: bigint; readonly before: bigint; readonly after: bigint }
  /** `before` as the event has it; undefined: it doesn't say. */
  | { readonly kind: 'fact'; readonly name: FactName; readonly before: bigint | undefined; readonly after: bigint }

type Shape = Pick<Log, 'topics' | 'data'>
type Decode = (log: Shape) => GovernanceEvent | undefined

const ADDRESS_BITS = 160n
/** Longer delays than a float counts exactly are all the same. */
const MOST_S = BigInt(Number.MAX_SAFE_INTEGER)
export const seconds = (word: bigint | undefined): bigint | undefined => (word !== undefined && word > MOST_S ? MOST_S : word)
export const address = (word: bigint | undefined): bigint | undefined =>
  word === undefined || word >> ADDRESS_BITS !== 0n ? undefined : word

/** Words after the signature, wherever they stand: Safe has indexed its hash since 1.4 only. */
const size = ({ topics, data }: Shape): number => topics.length - 1 + Math.floor((data.length - 2) / 64)
const execution =
  (topics: number, words: number): Decode =>
  (log) =>
    log.topics.length >= topics && size(log) >= words ? { kind: 'execution' } : undefined

function grant(kind: 'granted' | 'revoked'): Decode {
  return ({ topics }) => {
    const role = topicAt(topics, 1)
    const holder = address(topicAt(topics, 2))
    const sender = address(topicAt(topics, 3))
    return role === undefined || holder === undefined || sender === undefined ? undefined : { kind, role, holder, sender }
  }
}

const fact = (name: FactName, before: bigint | undefined, after: bigint | undefined): GovernanceEvent | undefined =>
  after === undefined ? undefined : { kind: 'fact', name, before, after }

const EVENTS = new Map<string, { readonly of: Kind; readonly orOf?: Kind; readonly decode: Decode }>([
  [TOPIC.roleGranted, { of: 'accessControl', decode: grant('granted') }],
  [TOPIC.roleRevoked, { of: 'accessControl', decode: grant('revoked') }],
  [
    TOPIC.roleAdminChanged,
    {
      of: 'accessControl',
      decode({ topics }) {
        const [role, before, after] = [topicAt(topics, 1), topicAt(topics, 2), topicAt(topics, 3)]
        return role === undefined || before === undefined || after === undefined ? undefined : { kind: 'roleAdmin', role, before, after }
      },
    },
  ],
  [
    TOPIC.ownershipTransferred,
    { of: 'owned', decode: ({ topics }) => fact('owner', address(topicAt(topics, 1)), address(topicAt(topics, 2))) },
  ],
  [TOPIC.upgraded, { of: 'proxy', orOf: 'beacon', decode: ({ topics }) => fact('implementation', undefined, address(topicAt(topics, 1))) }],
  [TOPIC.adminChanged, { of: 'proxy', decode: ({ data }) => fact('proxyAdmin', address(wordAt(data, 0)), address(wordAt(data, 1))) }],
  [TOPIC.minDelayChange, { of: 'timelock', decode: ({ data }) => fact('delay', seconds(wordAt(data, 0)), seconds(wordAt(data, 1))) }],
  [TOPIC.callExecuted, { of: 'timelock', decode: execution(3, 6) }],
  [TOPIC.executionSuccess, { of: 'safe', decode: execution(1, 2) }],
  [TOPIC.guardExecuted, { of: 'own', decode: execution(3, 7) }],
  [TOPIC.guardEnded, { of: 'own', decode: execution(3, 5) }],
])

/** undefined: not one of the events that count of this contract, or not well formed. */
export function decodeGovernanceLog({ kinds }: Contract, log: Shape): GovernanceEvent | undefined {
  const known = EVENTS.get(log.topics[0] ?? '')
  return known && (kinds.has(known.of) || (known.orOf && kinds.has(known.orOf))) ? known.decode(log) : undefined
}
