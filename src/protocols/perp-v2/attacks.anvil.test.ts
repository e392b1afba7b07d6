// The detectors of perpetuals on a real Perp v2: what each is for, played with real trades, is told; a calm hour before it is not.
import { type Address, encodeFunctionData } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Fold } from '../../../test/support/fold.ts'
import { ASSESS_RULES } from '../../assess/assess.ts'
import type { Decision, Finding, Incident } from '../../core/flow.ts'
import { PLAYBOOK } from '../../decide/playbook.ts'
import { accountConcentration } from '../../detect/account-concentration.ts'
import { cascadeAhead } from '../../detect/cascade-ahead.ts'
import type { BoundDetector } from '../../detect/define.ts'
import { Engine } from '../../detect/engine.ts'
import { fundingExtreme } from '../../detect/funding-extreme.ts'
import { detectors } from '../../detect/index.ts'
import { insuranceDrain } from '../../detect/insurance-drain.ts'
import { markIndexGap } from '../../detect/mark-index-gap.ts'
import { openInterestDepth } from '../../detect/open-interest-depth.ts'
import { perpSkew } from '../../detect/perp-skew.ts'
import { selfLiquidation } from '../../detect/self-liquidation.ts'
import { Fold as Middle } from '../../fold.ts'
import { createWorld } from '../../state/world.ts'
import { perpV2Exchange } from '../../watched.ts'
import { E6, e18, type PerpCall, PerpLab } from './perp.builders.ts'

const SIDE_USD = 3_000_000
let lab: PerpLab
let fold: Fold
let engine: Engine
/** The same blocks through the whole middle: every built-in detector, incidents and decisions. */
let whole: Middle
const RULES = {
  chainId: 31337,
  detectors: Object.values(detectors).map((detector) => (detector as () => BoundDetector)()),
  assess: ASSESS_RULES,
  playbook: PLAYBOOK,
  rulesHash: `0x${'0'.repeat(64)}`,
} as const

beforeAll(async () => {
  lab = await PerpLab.start([{ symbol: 'ETH', priceUsd: 2_000, sideUsd: SIDE_USD }])
  const { d } = lab
  const { pool, baseToken, symbol } = lab.market()
  const watched = perpV2Exchange({
    chainId: 31337,
    clearingHouse: d.clearingHouse,
    markets: [{ name: symbol, baseToken, pool, circulatingSupply: 2_000 }],
  })
  fold = new Fold(lab.anvil.rpc, createWorld(31337), watched.protocols)
  whole = new Middle({ ...RULES, protocols: watched.protocols, venues: watched.venues })
  const ours = [
    accountConcentration(),
    cascadeAhead(),
    fundingExtreme(),
    insuranceDrain(),
    markIndexGap(),
    openInterestDepth(),
    perpSkew(),
    selfLiquidation(),
  ]
  engine = new Engine(fold.world, ours as readonly BoundDetector[], undefined)
}, 60_000)
afterAll(() => lab?.anvil.stop())

/** Everything up to the head is folded and looked at; what was found in it. */
async function look(): Promise<readonly Finding[]> {
  const head = await lab.b.head()
  const news: Finding[] = []
  for (let number = (fold.blocks.at(-1)?.number ?? head.number - 1) + 1; number <= head.number; number++) {
    const { hash, timeS } = await fold.feed(number)
    news.push(...engine.run({ chainId: 31337, number, hash, timeS, pending: false, provisional: false }))
  }
  return news
}
const must = async (calls: readonly PerpCall[]): Promise<void> =>
  expect((await lab.block(calls)).map(({ status }) => status)).toEqual(calls.map(() => '0x1'))
const told = (news: readonly Finding[]): readonly string[] =>
  [...new Set(news.map(({ detector, severity }) => `${detector} ${severity}`))].sort()
const low = (text: string): string => text.toLowerCase()
const send = (from: Address, to: Address, amount: bigint): PerpCall => ({
  from,
  contract: lab.contracts.usdc,
  functionName: 'transfer',
  args: [to, amount],
})

test('a calm hour; one hand that buys through three accounts; a short that takes its margin out and is left to the fund', {
  timeout: 120_000,
}, async () => {
  const [payer, ann, bob, cat, whale, keeper] = lab.d.traders as unknown as readonly [Address, Address, Address, Address, Address, Address]
  await look()
  await must([send(payer, lab.d.insuranceFund, 40_000n * E6), lab.deposit(keeper, 2_000_000n * E6), lab.deposit(whale, 40_000n * E6)])
  await must([lab.open(keeper, false, e18(20_000)), lab.open(whale, true, e18(10))])
  for (let n = 0; n < 6; n++) {
    await lab.wait(600)
    await lab.price(2_000 + (n % 2))
  }
  expect(told(await look())).toEqual([])

  await must([lab.deposit(payer, 17_000n * E6, ann), lab.deposit(payer, 22_000n * E6, bob), lab.deposit(payer, 27_000n * E6, cat)])
  for (const who of [ann, bob, cat]) await must([lab.open(who, false, e18(135_000))])
  const bought = await look()
  expect(told(bought)).toEqual(['account-concentration medium', 'mark-index-gap medium', 'open-interest-depth high', 'perp-skew medium'])
  expect(bought.filter(({ detector }) => detector === 'account-concentration')).toMatchObject([
    { subject: { id: low(`${lab.d.clearingHouse}:${payer}:${lab.market().baseToken}`) }, evidence: { accounts: 3 } },
  ])

  const { config } = lab.contracts
  const cap = encodeFunctionData({ abi: config.abi, functionName: 'setMaxFundingRate', args: [10_000] })
  await lab.b.push('cap of funding', lab.d.owner, config.address, cap)
  await lab.b.flush()
  await lab.wait(1_200)
  expect(told(await look())).toContain('funding-extreme high')

  await must([lab.open(whale, true, e18(75))])
  await must([lab.withdrawAll(whale)])
  expect(told(await look())).toEqual(expect.arrayContaining(['cascade-ahead medium', 'self-liquidation medium']))

  for (let usd = 2_080; usd <= 2_480; usd += 80) {
    await lab.price(usd)
    await lab.block([lab.open(keeper, false, e18(120_000))])
    await lab.wait(300)
  }
  expect(told(await look())).not.toContain('self-liquidation critical')
  await must([lab.liquidate(keeper, whale)])
  expect(told(await look())).toEqual(expect.arrayContaining(['insurance-drain medium', 'self-liquidation critical']))
  expect(fold.world.chains.at(0).mismatches).toBe(0)

  const entries = fold.blocks.flatMap((block) => whole.step({ kind: 'committed', block }).entries)
  const incidents = entries.filter(({ kind }) => kind === 'incident').map(({ body }) => body as Incident)
  expect(new Set(incidents.map(({ venueId }) => venueId))).toEqual(new Set([low(lab.d.clearingHouse)]))
  expect(incidents.map(({ severity }) => severity)).toContain('critical')
  const decisions = entries.filter(({ kind }) => kind === 'decision').map(({ body }) => (body as Decision).chosen)
  expect(decisions.every((chosen) => chosen === 'observe')).toBe(true)
})
