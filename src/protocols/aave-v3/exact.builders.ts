// Random operations on the real Aave v3, and our health factors beside the contract's: shared by the short run and the long one.
import { type Address, type Hex, toFunctionSelector } from 'viem'
import { expect } from 'vitest'
import { type AssetSymbol, SYMBOLS } from '../../../lab/market.ts'
import type { AaveLab } from '../../../test/support/aave-lab.ts'
import { Draws } from '../../../test/support/draws.ts'
import { applyTo, callsAt, Fold } from '../../../test/support/fold.ts'
import { type Hints, type Operation, RandomMarket } from '../../../test/support/random-market.ts'
import type { BlockInput } from '../../core/flow.ts'
import { addressOf, callOf, wordAt, wordsOf } from '../../core/words.ts'
import { statusOf } from '../../state/account-book.ts'
import { createWorld, type World } from '../../state/world.ts'
import { chainlink } from '../chainlink/index.ts'
import { VIEW } from './abi.ts'
import { accountData, HealthAt } from './health.ts'
import { aaveV3 } from './index.ts'
import { findPosition, marketOfLeg, positionsOf, SIDE, type Side, sideOfLeg } from './keys.ts'

const CHAIN_ID = 31337
/** What fits into a block of the local chain: nobody's two transactions are parted. */
const MOST_SENDS = 60
/** Each of these must have gone through at least once, or the run proves less than it says. */
const EXERCISED = [
  'supply',
  'withdraw',
  'borrow variable',
  'borrow stable',
  'repay',
  'repay with aTokens',
  'swap rate mode',
  'e-mode',
].concat([
  'collateral switch',
  'aToken transfer',
  'liquidation',
  'flash loan',
  'flash loan kept as debt',
  'price',
  'mint to treasury',
  'config',
])

export interface ExactRun {
  readonly seed: number
  readonly people: number
  readonly blocks: number
  /** All accounts are compared after every so many blocks. */
  readonly compareEvery: number
}

/**
 * All six fields of all accounts equal the contract, block after block, and every block can be undone. Gives a line of figures, and the
 * blocks as they were fed with the number of that after which most accounts were under 1.
 */
export async function exactRun(
  lab: AaveLab,
  { seed, people: count, blocks, compareEvery }: ExactRun,
): Promise<{ readonly figures: string; readonly blocks: readonly BlockInput[]; readonly worstBlock: number }> {
  const draws = new Draws(seed)
  const people = Array.from({ length: count }, (_, n) => `0x${(0xabc000 + n).toString(16).padStart(40, '1')}` as Address)
  await lab.fund(people)
  const world = createWorld(CHAIN_ID)
  const pool = lab.aave.pool.address.toLowerCase() as Hex
  const feeds = SYMBOLS.map((symbol) => ({ name: symbol, proxy: lab.feeds[symbol].proxy.address }))
  const protocols = [chainlink({ chainId: CHAIN_ID, feeds }), aaveV3({ chainId: CHAIN_ID, pool })]
  const fold = new Fold(lab.anvil.rpc, world, protocols)
  await fold.feed(lab.deployBlock + 1)

  const market = new RandomMarket(lab, draws, people, hintsOf(lab, fold, people))
  const counts = new Map<string, { tried: number; done: number }>()
  const marks: { readonly index: number; readonly mark: number; readonly dump: ReturnType<typeof world.store.dump> }[] = []
  let compared = 0
  let unhealthy = 0
  let worst = { number: 0, unhealthy: 0 }
  const advance = async (operations: readonly Operation[], stepS: number, compare: boolean): Promise<void> => {
    const { number, ok } = await lab.mine(
      operations.flatMap((o) => o.sends),
      stepS,
    )
    let at = 0
    for (const { name, sends } of operations) {
      const count = counts.get(name) ?? { tried: 0, done: 0 }
      counts.set(name, { tried: count.tried + 1, done: count.done + (ok.slice(at, at + sends.length).every(Boolean) ? 1 : 0) })
      at += sends.length
    }
    if (number % 20 === 0) marks.push({ index: fold.blocks.length, mark: world.store.mark(), dump: world.store.dump() })
    const block = await fold.feed(number)
    if (!compare) return
    const seen = await compareAccounts(lab, world, pool, block)
    compared += seen.accounts
    unhealthy += seen.unhealthy
    if (seen.unhealthy > worst.unhealthy) worst = { number, unhealthy: seen.unhealthy }
  }
  for (const sends of market.opening())
    for (let at = 0; at < sends.length; at += MOST_SENDS)
      await advance([{ name: 'opening', sends: sends.slice(at, at + MOST_SENDS) }], 12, at + MOST_SENDS >= sends.length)
  for (const operation of market.rebalance()) await advance([operation], 12, true)
  for (let n = 0; n < blocks; n++) await advance(market.block(), market.stepS(), n % compareEvery === 0)
  const balances = await compareBalances(lab, world, fold)

  const chain = world.chains.at(0)
  const done = [...counts.values()].reduce((sum, c) => sum + c.done, 0)
  const figures =
    `${done} operations, ${world.accounts.count} accounts, ${fold.blocks.length} blocks: ${compared} account states compared (${unhealthy} under 1), ` +
    `${balances} balances, ${chain.checked} self-checks, ${chain.mismatches} mismatches\n${[...counts].map(([name, c]) => `${name} ${c.done}/${c.tried}`).join(', ')}`
  expect(chain.mismatches).toBe(0)
  expect(chain.blindSince).toBe(0)
  expect(done).toBeGreaterThan(300)
  expect(unhealthy).toBeGreaterThan(0)
  for (const name of EXERCISED) expect(counts.get(name)?.done ?? 0, `${name} went through`).toBeGreaterThan(0)

  // undo law: back to each mark all bytes are equal, and forward again
  const end = world.store.dump()
  for (const { mark, dump } of marks.toReversed()) {
    world.store.undoTo(mark)
    expect(world.store.dump()).toEqual(dump)
  }
  for (const block of fold.blocks.slice(marks[0]?.index)) applyTo(world, protocols, block)
  expect(world.store.dump()).toEqual(end)
  return { figures, blocks: fold.blocks, worstBlock: worst.number }
}

async function compareAccounts(
  lab: AaveLab,
  world: World,
  pool: Hex,
  block: { readonly number: number; readonly hash: Hex; readonly timeS: number },
) {
  const { columns, count } = world.accounts
  const rows = Array.from({ length: count }, (_, row) => row)
  const answers = await callsAt(
    lab.anvil.rpc,
    rows.map((row) => callOf(pool, VIEW.accountData, columns.account.get(row))),
    block.hash,
  )
  const health = new HealthAt(world, block.timeS)
  let unhealthy = 0
  for (const row of rows) {
    const ours = health.account(row)
    const six = [ours.collateralE8, ours.debtE8, ours.availableE8, ours.thresholdBps, ours.ltvBps, ours.healthE18]
    expect(six, `account ${row} in block ${block.number}`).toEqual(wordsOf(answers[row]?.result, 6))
    // the account book misses nobody: its status, from triggers, is that of the figures now
    expect(columns.status.get(row), `status of account ${row} in block ${block.number}`).toBe(statusOf(ours))
    if (statusOf(ours) !== 0) unhealthy += 1
  }
  return { accounts: count, unhealthy }
}

/** Scaled balances and stable principals of everybody, the markets' totals and cash. */
async function compareBalances(lab: AaveLab, world: World, fold: Fold): Promise<number> {
  const hash = fold.blocks.at(-1)?.hash as Hex
  const scaled = toFunctionSelector('scaledBalanceOf(address)')
  const principal = toFunctionSelector('principalBalanceOf(address)')
  const balance = toFunctionSelector('balanceOf(address)')
  const { markets, accounts, positions } = world
  const wanted: { readonly ours: bigint; readonly call: ReturnType<typeof callOf> }[] = []
  for (let market = 0; market < markets.count; market++) {
    const { aToken, variableDebtToken, stableDebtToken, asset, scaledSupply, scaledDebt, cash } = markets.columns
    const [supplyToken, debtToken, stableToken] = [aToken, variableDebtToken, stableDebtToken].map((c) => addressOf(c.get(market))) as [
      Hex,
      Hex,
      Hex,
    ]
    wanted.push({ ours: scaledSupply.get(market), call: callOf(supplyToken, VIEW.scaledTotal) })
    wanted.push({ ours: scaledDebt.get(market), call: callOf(debtToken, VIEW.scaledTotal) })
    wanted.push({ ours: cash.get(market), call: callOf(addressOf(asset.get(market)), balance, aToken.get(market)) })
    for (let row = 0; row < accounts.count; row++) {
      const who = accounts.columns.account.get(row)
      const ours = (side: Side): bigint => {
        const position = findPosition(world, row, market, side)
        return position === undefined ? 0n : positions.columns.amount.get(position)
      }
      wanted.push({ ours: ours(SIDE.supply), call: callOf(supplyToken, scaled, who) })
      wanted.push({ ours: ours(SIDE.variable), call: callOf(debtToken, scaled, who) })
      wanted.push({ ours: ours(SIDE.stable), call: callOf(stableToken, principal, who) })
    }
  }
  const answers = await callsAt(
    lab.anvil.rpc,
    wanted.map(({ call }) => call),
    hash,
  )
  expect(wanted.map(({ ours }) => ours)).toEqual(answers.map(({ result }) => wordAt(result, 0)))
  return wanted.length
}

/** Where an operation has a chance to go through, as the tables themselves say. */
function hintsOf(lab: AaveLab, fold: Fold, people: readonly Address[]): Hints {
  const { world } = fold
  const { accounts, positions, markets } = world
  const symbolOf = (market: number): AssetSymbol => {
    const asset = addressOf(markets.columns.asset.get(market))
    return SYMBOLS.find((symbol) => lab.asset(symbol).toLowerCase() === asset) as AssetSymbol
  }
  const whoOf = (account: number): Address => addressOf(accounts.columns.account.get(account))
  const known = new Set(people.map((who) => who.toLowerCase()))
  const held = (sides: readonly Side[]): { who: Address; symbol: AssetSymbol; stable: boolean }[] =>
    Array.from({ length: accounts.count }, (_, account) => account)
      .filter((account) => known.has(whoOf(account)))
      .flatMap((account) => [...positionsOf(world, account)].map((row) => ({ account, row, leg: positions.columns.leg.get(row) })))
      .filter(({ row, leg }) => positions.columns.amount.get(row) !== 0n && sides.includes(sideOfLeg(leg)))
      .map(({ account, leg }) => ({ who: whoOf(account), symbol: symbolOf(marketOfLeg(leg)), stable: sideOfLeg(leg) === SIDE.stable }))
  const accountOf = (who: Address): number => accounts.find(`${lab.aave.pool.address.toLowerCase()}:${who.toLowerCase()}`) ?? 1e6
  return {
    under: () => people.filter((who) => accounts.columns.status.get(accountOf(who)) !== 0),
    holdings: () => held([SIDE.supply, SIDE.collateral]),
    debts: () => held([SIDE.variable, SIDE.stable]),
    availableUsd: (who) => Number(accountData(world, accountOf(who), fold.blocks.at(-1)?.timeS ?? 0).availableE8) / 1e8,
    suppliedUsd: (symbol) =>
      markets.columns.suppliedUsd.get(markets.find(`${lab.aave.pool.address.toLowerCase()}:${lab.asset(symbol).toLowerCase()}`) ?? 1e6),
  }
}
