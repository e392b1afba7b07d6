// Every scenario on a real chain, unguarded: attacks take what they should, and quiet runs harm nobody. Without nodes, at full speed.
import { join } from 'node:path'
import { encodeFunctionData, type Hex } from 'viem'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadScenarios } from '../../src/cli/drill-scenarios.ts'
import type { PlannedTx } from '../../src/scenario.ts'
import { assetOf } from '../operations.ts'
import { type PreparedState, preparedState } from '../prepared.ts'
import { configuratorAbi } from '../run/governance.ts'
import { type RunOptions, type RunResult, runScenario } from '../run.ts'
import { CRASH_BLOCKS, CRASH_START } from './crash.ts'
import { scenarios } from './index.ts'
import { type Lab, type LabScenario, rescueTx } from './lab.ts'

const SEED = 2
let prepared: PreparedState
beforeAll(async () => {
  prepared = await preparedState({ log: console.log })
}, 240_000)

const find = (id: string): LabScenario => {
  const found = scenarios.find((s) => s.id === id)
  if (found === undefined) throw new Error(`no scenario ${id}`)
  return found
}

async function run(scenario: LabScenario, afterStart: number, options: Partial<RunOptions> = {}): Promise<RunResult> {
  const started = performance.now()
  const result = await runScenario(scenario, { prepared, seed: SEED, endAfterBlocks: scenario.startBlock + afterStart, ...options })
  const [evidence, loss] = [result.evidenceBlock, result.loss.at(-1)?.gainUsd ?? 0]
  console.log(
    `${scenario.id}: ${Math.round(loss)} USD, evidence ${evidence === null ? 'none' : `${evidence - result.startBlock} blocks after the start`}, ${result.blocks.length} blocks, ${((performance.now() - started) / 1000).toFixed(1)} s`,
  )
  return result
}

const lossAt = (result: RunResult, afterStart: number): number =>
  result.loss.find(({ block }) => block === result.startBlock + afterStart)?.gainUsd ?? Number.NaN
const failures = ({ ops }: RunResult): string[] =>
  Object.values(ops).flatMap((op) => (op.ok || !op.paired ? [] : [`${op.id} ${op.what}: ${op.reason}`]))
/** Pools stand within their fees of the true price, and the meter sees that. */
const FEE_NOISE_USD = 10_000

/** What a guard with RISK_ADMIN could do, sent with the only key of that role at hand. */
function tighten({ deployment }: Lab, block: number): PlannedTx[] {
  const [thin, weth, dai] = (['THIN', 'WETH', 'DAI'] as const).map((symbol) => assetOf(deployment, symbol).address) as [Hex, Hex, Hex]
  return [
    encodeFunctionData({ abi: configuratorAbi, functionName: 'configureReserveAsCollateral', args: [thin, 0n, 4500n, 11_000n] }),
    encodeFunctionData({ abi: configuratorAbi, functionName: 'setSupplyCap', args: [thin, 600_000n] }),
    encodeFunctionData({ abi: configuratorAbi, functionName: 'setReserveFreeze', args: [thin, true] }),
    encodeFunctionData({ abi: configuratorAbi, functionName: 'setReserveBorrowing', args: [weth, false] }),
    encodeFunctionData({ abi: configuratorAbi, functionName: 'setBorrowCap', args: [dai, 1n] }),
  ].map((data, n) =>
    rescueTx({
      id: `${block}:tighten:${n}`,
      what: 'tighten',
      from: deployment.riskSteward,
      to: deployment.configurator,
      data,
      gas: 200_000n,
    }),
  )
}

describe('attacks, unguarded', () => {
  test.each([
    // blocks after the start: when the facts exist, when most is gone, the end; the owners' transactions
    ['oracle-takeover', 0, 65, 18_000_000, 78, 1],
    ['admin-takeover', 0, 65, 18_000_000, 78, 5],
    ['thin-collateral', 2, 55, 5_000_000, 103, 1],
  ])(
    '%s takes the market at its pace, and the owners repair it',
    async (id, evidence, until, least, end, repairs) => {
      const scenario = find(id)
      const result = await run(scenario, end)
      expect(result.evidenceBlock).toBe(result.startBlock + evidence)
      expect(Math.abs(lossAt(result, -1))).toBeLessThan(FEE_NOISE_USD)
      expect(lossAt(result, until)).toBeGreaterThan(least)
      const unitUsd = (scenario.pace?.shareOfMarket ?? 0) * (result.lendableAtStartUsd ?? 0)
      const steps = result.loss.map(({ exitUsd }, i) => exitUsd - (result.loss[i - 1]?.exitUsd ?? 0))
      expect(Math.max(...steps)).toBeLessThan(unitUsd + FEE_NOISE_USD)
      expect(result.badDebtUsd.after).toBe(0)
      expect(result.rescueTxs.map(({ ok }) => ok)).toEqual(Array(repairs).fill(true))
      expect(lossAt(result, end)).toBeLessThan(lossAt(result, (scenario.repairAfterBlocks ?? 0) + 1) + FEE_NOISE_USD)
    },
    60_000,
  )

  test('admin-takeover: the steward undoes what somebody tightens, in the next block, and goes on', async () => {
    const scenario = find('admin-takeover')
    const { startBlock } = scenario
    const tightened: LabScenario = {
      ...scenario,
      begin(lab) {
        const inner = scenario.begin(lab)
        return {
          ...inner,
          async next(state) {
            const planned = await inner.next(state)
            return state.afterBlocks + 1 === startBlock + 3 ? [...planned, ...tighten(lab, state.block + 1)] : planned
          },
        }
      },
    }
    const result = await run(tightened, 6)
    const undone = result.attackerTxs.filter(({ id, block }) => id.includes(':steward:') && block === result.startBlock + 4)
    expect(undone.map(({ what, ok }) => [what, ok])).toEqual([
      ['allow borrowing of WETH', true],
      ["raise DAI's borrow cap to 22000000", true],
      ['unfreeze THIN', true],
      ["raise THIN's supply cap to 16000000", true],
      ["raise THIN's LTV to 9000 bps", true],
    ])
    expect(lossAt(result, 6)).toBeGreaterThan(lossAt(result, 3) + 500_000)
  }, 60_000)

  test('price-crash-bad-debt: nobody attacks, and debts outgrow their collateral', async () => {
    const result = await run(find('price-crash-bad-debt'), CRASH_START + CRASH_BLOCKS)
    expect(result.evidenceBlock).toBeGreaterThan(result.startBlock + 20)
    expect(lossAt(result, (result.evidenceBlock ?? 0) - result.startBlock)).toBe(0)
    expect(lossAt(result, 116)).toBeGreaterThan(100_000)
    expect(result.badDebtUsd).toEqual({ before: 0, after: result.loss.at(-1)?.gainUsd })
  }, 60_000)

  test.each([
    ['oracle-takeover-single-block', 1_000_000],
    ['admin-takeover-single-block', 1_000_000],
    ['thin-collateral-single-block', 1_000_000],
    ['price-crash-bad-debt-single-block', 100_000],
  ])(
    '%s is over in the block of its evidence',
    async (id, least) => {
      const result = await run(find(id), 6)
      expect(result.evidenceBlock).toBe(result.startBlock)
      expect(lossAt(result, 0)).toBeGreaterThan(least)
      expect(lossAt(result, 6)).toBeLessThan(1.01 * lossAt(result, 0))
      expect(result.attackerTxs.filter(({ ok, block }) => !ok || block !== result.startBlock)).toEqual([])
    },
    60_000,
  )
})

describe('quiet runs', () => {
  test.each([
    ['oracle-takeover-twin', 70],
    ['governed-change', 60],
    ['thin-collateral-twin', 60],
    ['whale-exit', 60],
    ['calm-day', 60],
  ])(
    '%s: no evidence, no bad debt, nobody fails',
    async (id, until) => {
      const result = await run(find(id), until)
      expect(result.evidenceBlock).toBeNull()
      expect(result.loss).toEqual([])
      expect(result.badDebtUsd).toEqual({ before: 0, after: 0 })
      expect(result.liquidations.count).toBe(0)
      expect(failures(result)).toEqual([])
    },
    60_000,
  )

  test('orderly-crash: liquidators leave less than 2 % of the bad debt of the crash without them', async () => {
    const result = await run(find('orderly-crash'), CRASH_START + CRASH_BLOCKS)
    expect(result.liquidations.count).toBeGreaterThan(10)
    expect(Math.max(...result.loss.map(({ gainUsd }) => gainUsd))).toBeLessThan(0.02 * 1_900_000)
  }, 60_000)

  test('thin-collateral-twin: the feed follows its deeper pool up to twenty times the price', async () => {
    const seen: number[] = []
    const scenario = find('thin-collateral-twin')
    const watched: LabScenario = {
      ...scenario,
      begin(lab) {
        const inner = scenario.begin(lab)
        return {
          ...inner,
          next(state) {
            seen.push(state.usedPrices['THIN'] ?? 0)
            return inner.next(state)
          },
        }
      },
    }
    await run(watched, 15)
    expect((seen.at(-1) ?? 0) / (seen[0] ?? 1)).toBeGreaterThan(19)
    expect(Math.max(...seen.slice(1).map((usd, i) => usd / (seen[i] ?? usd)))).toBeLessThan(1.4)
  }, 60_000)
})

describe('what may differ between two runs', () => {
  test('nothing, with the same seed', async () => {
    const hashes = ({ blocks }: RunResult): string[] => blocks.map(({ hash }) => hash)
    const [first, second] = [await run(find('thin-collateral'), 14), await run(find('thin-collateral'), 14)]
    expect(hashes(first)).toEqual(hashes(second))
  }, 60_000)

  test('the ordering: only fees, so the same happens in the same blocks', async () => {
    const [won, lost] = [await run(find('admin-takeover'), 6), await run(find('admin-takeover'), 6, { ordering: 'lost' })]
    expect(lost.blocks.slice(0, 29)).toEqual(won.blocks.slice(0, 29))
    expect(lost.blocks.at(-1)?.hash).not.toBe(won.blocks.at(-1)?.hash)
    expect(lost.loss).toEqual(won.loss)
  }, 60_000)

  test('a pause of the pool: the attacker keeps what it has, and honest operations fail until it ends', async () => {
    const scenario = find('oracle-takeover')
    const atBlock = prepared.head.number + scenario.startBlock + 10
    const result = await run(scenario, 90, { intervene: { kind: 'pool-pause', atBlock } })
    expect(result.rescueTxs.map(({ what, ok, block }) => [what, ok, (block ?? 0) - result.startBlock])).toEqual([
      ['pause the pool', true, 10],
      ['replace 2 reporters of LINK', true, 75],
      ['end the pause', true, 85],
    ])
    expect(lossAt(result, 90)).toBeLessThan(1.02 * lossAt(result, 10))
    expect(failures(result).length).toBeGreaterThan(20)
  }, 60_000)

  test('static caps: the same attack finds a tenth of what is in use', async () => {
    const result = await run(find('oracle-takeover'), 40, { intervene: { kind: 'static-caps' } })
    expect(lossAt(result, 40)).toBeGreaterThan(100_000)
    expect(lossAt(result, 40)).toBeLessThan(1_000_000)
    // Error 50: the attacker has used the caps up.
    expect(failures(result).filter((what) => !/borrow .*: 50$/.test(what))).toEqual([])
  }, 60_000)
})

test('the example of a scenario from outside runs', async () => {
  const folder = join(import.meta.dirname, '..', '..', 'examples', 'scenarios')
  const [example] = (await loadScenarios(
    folder,
    scenarios.map(({ id }) => id),
  )) as LabScenario[]
  if (example === undefined) throw new Error('no example')
  const result = await run(example, example.minBlocks)
  expect(result.headBlock).toBe(prepared.head.number + 1)
  expect(result.evidenceBlock).toBe(result.startBlock)
  expect(lossAt(result, example.minBlocks)).toBeGreaterThan(200_000)
  expect(result.rescueTxs.map(({ ok }) => ok)).toEqual([true])
}, 60_000)
