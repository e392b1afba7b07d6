// Detectors of markets over a real Aave v3 behind real feeds: quiet through weeks of ordinary life, and firing at what was done to Radiant.
import type { Address, Hex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ASSETS, type AssetSymbol, SYMBOLS, units } from '../lab/market.ts'
import type { Finding } from '../src/core/flow.ts'
import { capDonation } from '../src/detect/cap-donation.ts'
import { concentration } from '../src/detect/concentration.ts'
import { Engine } from '../src/detect/engine.ts'
import { indexJump } from '../src/detect/index-jump.ts'
import { marketInit } from '../src/detect/market-init.ts'
import { oracleUseLag } from '../src/detect/oracle-use-lag.ts'
import { rehearsal } from '../src/detect/rehearsal.ts'
import { aaveV3 } from '../src/protocols/aave-v3/index.ts'
import { chainlink } from '../src/protocols/chainlink/index.ts'
import { createWorld } from '../src/state/world.ts'
import { AaveLab, type Send } from './support/aave-lab.ts'
import { Draws } from './support/draws.ts'
import { Fold } from './support/fold.ts'

const CHAIN_ID = 31337
const SEED = 20_261_130
const [ann, bob, eve] = [1, 2, 3].map((n) => `0x00000000000000000000000000000000000d00${n.toString().padStart(2, '0')}`) as [
  Address,
  Address,
  Address,
]
const LIVELY = ['WETH', 'USDC', 'LINK'] as const satisfies readonly AssetSymbol[]
const RATE_MODE = 2

let lab: AaveLab
let fold: Fold
let engine: Engine
const world = createWorld(CHAIN_ID)
beforeAll(async () => {
  lab = await AaveLab.start()
  const feeds = SYMBOLS.map((symbol) => ({ name: symbol, proxy: lab.feeds[symbol].proxy.address }))
  fold = new Fold(lab.anvil.rpc, world, [
    chainlink({ chainId: CHAIN_ID, feeds }),
    aaveV3({ chainId: CHAIN_ID, pool: lab.aave.pool.address.toLowerCase() as Hex }),
  ])
  engine = new Engine(world, [capDonation(), concentration(), indexJump(), marketInit(), oracleUseLag(), rehearsal()])
  await lab.fund([ann, bob, eve])
}, 60_000)
afterAll(() => lab?.stop())

let refused = 0
async function block(sends: readonly Send[], stepS = 12, mayFail = false): Promise<readonly Finding[]> {
  const { number, ok } = await lab.mine(sends, stepS)
  if (mayFail) refused += ok.filter((done) => !done).length
  else expect(ok).not.toContain(false)
  const { hash, timeS } = await fold.feed(number)
  return engine.run({ chainId: CHAIN_ID, number, hash, timeS, pending: false, provisional: false })
}
const about = (found: readonly Finding[], symbol: AssetSymbol): readonly string[] =>
  found
    .filter(({ subject }) => subject.id.endsWith(lab.asset(symbol).toLowerCase()))
    .map(({ detector, severity }) => `${detector} ${severity}`)
const worth = (symbol: AssetSymbol, usd: number): bigint => units(symbol, usd / ASSETS[symbol].startPriceUsd)
const supply = (who: Address, symbol: AssetSymbol, amount: bigint): Send => lab.pool(who, 'supply', lab.asset(symbol), amount, who, 0)
const flashLoan = (who: Address, symbol: AssetSymbol, amount: bigint): Send =>
  lab.pool(who, 'flashLoan', lab.receiver.address, [lab.asset(symbol)], [amount], [0n], who, '0x', 0)

test('empty markets are told once; weeks of supplies, loans, flash loans and prices find nothing', { timeout: 60_000 }, async () => {
  const listed = await block([])
  expect(listed.map(({ detector, severity }) => `${detector} ${severity}`)).toEqual(SYMBOLS.map(() => 'market-init low'))

  const people = [ann, bob]
  await block(people.flatMap((who) => LIVELY.flatMap((symbol) => lab.endow(who, symbol, 100_000_000 / ASSETS[symbol].startPriceUsd))))
  for (const symbol of LIVELY) expect(await block(people.map((who) => supply(who, symbol, worth(symbol, 500_000))))).toEqual([])
  const draws = new Draws(SEED)
  const found: Finding[] = []
  for (let n = 0; n < 80; n++) {
    const [who, symbol, amount] = [draws.pick(people), draws.pick(LIVELY), draws.integer(100, 5_000)]
    const act = draws.pick([
      () => supply(who, symbol, worth(symbol, amount)),
      () => lab.pool(who, 'borrow', lab.asset(symbol), worth(symbol, amount), RATE_MODE, 0, who),
      () => lab.pool(who, 'withdraw', lab.asset(symbol), worth(symbol, amount), who),
      () => flashLoan(who, symbol, worth(symbol, 200_000)),
      () => lab.pool(who, 'mintToTreasury', [lab.asset(symbol)]),
    ])
    found.push(...(await block([act()], draws.chance(0.2) ? draws.integer(3_600, 5 * 86_400) : 12, true)))
  }
  // two people share all markets: one of them is soon most of a debt
  expect(found.filter(({ detector }) => detector !== 'concentration')).toEqual([])
  expect(refused).toBeLessThan(20)
})

test('each flow names its transaction', async () => {
  await block([supply(ann, 'USDC', 5n), flashLoan(bob, 'WETH', 10n ** 15n), supply(bob, 'LINK', 7n)])
  const rows = Array.from({ length: world.flows.count }, (_, row) => [world.flows.at(row).amount, world.flows.at(row).txIndex])
  expect(rows).toEqual([
    [5n, 0],
    [7n, 2],
  ])
})

test('Radiant: one unit in an empty market, tokens given to it, and a flash loan of them pushes its index', async () => {
  await block([...lab.endow(eve, 'DAI', 10_000)])
  expect(about(await block([supply(eve, 'DAI', 1n)]), 'DAI')).toEqual(['market-init medium'])
  const given = lab.call(lab.aave.tokens.DAI, eve, 'transfer', [lab.tokens.DAI.aToken.address, 10n ** 9n])
  expect(about(await block([given]), 'DAI')).toEqual([]) // the pool has said nothing of it yet
  expect(about(await block([flashLoan(eve, 'DAI', 10n ** 9n)]), 'DAI')).toEqual(['index-jump critical', 'market-init critical'])
})

test('a donation to a market with suppliers is told with its next event', async () => {
  const given = lab.call(lab.aave.tokens.USDC, bob, 'transfer', [lab.tokens.USDC.aToken.address, units('USDC', 30_000)])
  expect(about(await block([given]), 'USDC')).toEqual([])
  expect(about(await block([supply(ann, 'USDC', 10n)]), 'USDC')).toEqual(['cap-donation high'])
})
