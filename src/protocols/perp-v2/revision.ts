// Curie has no version number: what a deployment is, is what it answers. Run for real: @perp/curie-contract 2.8.4. Earlier ones compute
// the mark price otherwise, liquidate by a swap, or keep other storage, and are refused.
import { UnknownRevisionError } from '../../core/errors.ts'
import type { Call, Hex } from '../../core/flow.ts'
import { addressWord, wordAt } from '../../core/words.ts'
import type { Answers } from '../../state/protocol.ts'
import { ask, layoutCalls } from './abi.ts'
import type { Contracts } from './contracts.ts'

/** What stands in `venues.revision`. */
export const REVISION = 28

/** Views that came with 2.8 or shortly before: each must answer. */
const capabilities = ({ config, exchange, clearingHouse }: Contracts): readonly (readonly [string, Call])[] => [
  ['ClearingHouseConfig.getMarkPriceConfig()', ask(config, 'markPriceConfig')],
  ['Exchange.getMarketRegistry()', ask(exchange, 'registry')],
  ['ClearingHouse.paused()', ask(clearingHouse, 'paused')],
]

export const revisionCalls = (contracts: Contracts): readonly Call[] => [
  ...capabilities(contracts).map(([, call]) => call),
  ...layoutCalls(contracts.exchange),
]

/** @throws UnknownRevisionError if a view is missing or the storage of Exchange is not where it should be */
export function checkRevision(contracts: Contracts, answers: Answers): void {
  for (const [name, call] of capabilities(contracts))
    if (wordAt(answers.get(call), 0) === undefined) refuse(contracts, `none: ${name} reverts`)
  const { exchange, orderBook, accountBalance, config } = contracts
  const expected: readonly Hex[] = [orderBook, accountBalance, config]
  for (const [n, call] of layoutCalls(exchange).entries())
    if (wordAt(answers.get(call), 0) !== addressWord(expected[n] as Hex))
      refuse(contracts, 'none: the storage of Exchange is laid out otherwise')
}

function refuse({ clearingHouse }: Contracts, got: string): never {
  throw new UnknownRevisionError('perp-v2', clearingHouse, got, ['Curie 2.8'])
}
