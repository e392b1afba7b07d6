// ERC-20 tokens: supply, balances of watched holders and what moved, from Transfer events. A token that moves balances without events (one
// that rebases, a wrapper that mints without a Transfer) is put right by reads, of all that we keep one in turn in each block.
// Run for real: Aave's MintableERC20, which is OpenZeppelin's ERC20.
import type { Call, Hex } from '../../core/flow.ts'
import { wordAt } from '../../core/words.ts'
import type { Answers, Protocol } from '../../state/protocol.ts'
import { holdings, tokens as tokensTable, transfers } from '../../state/tables.ts'
import { applyToken, isSure, lowOf } from './apply.ts'
import { balanceCall, NOBODY, supplyCall, TRANSFER } from './calls.ts'

export interface Erc20Config {
  readonly chainId: number
  readonly tokens: readonly {
    /** For people: `USDC`. */
    readonly name: string
    readonly token: Hex
    readonly decimals: number
    /** Whose balances and transfers are kept. Supply, mints and burns always are. */
    readonly holders: readonly Hex[]
  }[]
}

export function erc20({ chainId, tokens }: Erc20Config): Protocol {
  const lower = (address: Hex): Hex => address.toLowerCase() as Hex
  const specs = tokens.map(({ token, decimals, holders }) => {
    const own = holders.map(lower)
    const spec = { token: lower(token), decimals, holders: new Set(own), lows: new Set([...own, NOBODY].map(lowOf)) }
    return { ...spec, all: [supplyCall(spec.token), ...[...spec.holders].map((holder) => balanceCall(spec.token, holder))] }
  })
  const watches = specs.map(({ token }) => ({ address: token, topics: [TRANSFER] }))
  const inTurn = specs.flatMap(({ all }) => all)
  return {
    id: `erc20:${chainId}`,
    writes: [tokensTable, holdings, transfers],
    watches: () => watches,
    reads(world, { number }, sofar) {
      const turn = inTurn[number % inTurn.length]
      const wanted = turn && isSure(world, turn.to) ? [turn] : []
      for (const { token, all } of specs) if (!isSure(world, token)) wanted.push(...firstReads(supplyCall(token), all, sofar))
      return sofar.missing(wanted)
    },
    apply(world, block, answers) {
      for (const spec of specs) applyToken(world, spec, block, answers)
    },
    actions: {},
    steps: () => [],
  }
}

/** Two rounds: is there a token; who has what. */
const firstReads = (supply: Call, all: readonly Call[], answers: Answers): readonly Call[] =>
  wordAt(answers.get(supply), 0) === undefined ? [supply] : all
