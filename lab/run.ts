// Runs one scenario on one fresh chain from the prepared state, and returns what happened as plain data.
import type { Hex } from 'viem'
import type { PlannedTx, ScenarioRun } from '../src/scenario.ts'
import { deriveAll } from './accounts.ts'
import { type Anvil, startAnvil } from './anvil.ts'
import { Chain, type Signed } from './chain.ts'
import { startClock } from './clock.ts'
import type { Deployment } from './deploy/index.ts'
import { badDebtMeter, badDebtUsd, gainMeter, honestLiquidations, type Liquidation, type Loss, type LossMeter } from './ledger.ts'
import { liquidatorTraffic } from './liquidator.ts'
import { BLOCK_S } from './market.ts'
import { holders, observe } from './observe.ts'
import { type OpResult, Outcomes, type Settled } from './outcomes.ts'
import type { PreparedState } from './prepared.ts'
import { TruePrices } from './prices.ts'
import { arbitrageTraffic } from './run/arbitrage.ts'
import { type Intervention, pauseTraffic, staticCaps } from './run/intervention.ts'
import { type Ordering, ordered } from './run/ordering.ts'
import { RunLab } from './run/run-lab.ts'
import type { LabScenario } from './scenarios/lab.ts'
import { peopleTraffic, reporterTraffic } from './traffic.ts'

export interface RunOptions {
  readonly prepared: PreparedState
  readonly seed?: number
  /** Wall time between blocks; 0: as fast as possible, and `onBlock` is awaited. */
  readonly blockMs?: number
  /** Who comes first in a block, attackers or nodes (default: the nodes). The same in the runs that are compared: fees are part of a hash. */
  readonly ordering?: Ordering
  /** What others do in place of nodes. */
  readonly intervene?: Intervention | undefined
  /** Awaited before the first block. */
  readonly onReady?: (ready: Ready) => void | Promise<void>
  readonly onBlock?: (block: number) => void | Promise<void>
  /** After the scenario's minimum: whether to end here. Without it the run ends at the minimum. */
  readonly stopWhen?: (block: number) => boolean | Promise<boolean>
  /** What was mined in a block, for who looks on. */
  readonly onTraffic?: (block: number, settled: readonly Settled[]) => void
  /** Awaited with the result while the chain is still there. */
  readonly beforeEnd?: (result: RunResult) => void | Promise<void>
  /** Blocks after the start at which the run ends in any case. */
  readonly maxBlocks?: number
  /** For tests: ends after so many blocks from the prepared head. */
  readonly endAfterBlocks?: number
}

export interface Ready {
  readonly rpcUrl: string
  readonly port: number
  readonly deployment: Deployment
  readonly headBlock: number
}

export interface RunResult {
  readonly scenario: { readonly id: string; readonly version: number; readonly kind: string }
  readonly seed: number
  readonly blockMs: number
  readonly prepared: string
  readonly headBlock: number
  /** Number of the block of the first leading signal. */
  readonly startBlock: number
  readonly blocks: readonly { readonly number: number; readonly hash: Hex; readonly timeS: number }[]
  /** Honest operations by id; pair two runs by it where `paired`. */
  readonly ops: Readonly<Record<string, OpResult>>
  readonly attackerTxs: readonly OpResult[]
  readonly rescueTxs: readonly OpResult[]
  /** First block after which the facts that show the attack existed. */
  readonly evidenceBlock: number | null
  readonly lossKind: LabScenario['loss']
  /** One row a block; empty where the loss is an attacker's gain and nobody attacks. */
  readonly loss: readonly Loss[]
  /** Lendable before the start, USD at true prices: `pace.shareOfMarket` is of this. */
  readonly lendableAtStartUsd: number | null
  readonly lendableAtEndUsd: number
  /** Of honest accounts. */
  readonly badDebtUsd: { readonly before: number; readonly after: number }
  readonly liquidations: { readonly count: number; readonly penaltyUsd: number; readonly list: readonly Liquidation[] }
  /** The worst delay of a block against the clock: what the lab itself did not keep up with. */
  readonly worstLateMs: number
}

const DEFAULT_MAX_BLOCKS = 500

export async function runScenario(scenario: LabScenario, options: RunOptions): Promise<RunResult> {
  const { prepared } = options
  // Only nodes, which fold the chain from its beginning, need the states of past blocks; beside an intervention there are none.
  const withNodes = options.onReady !== undefined && options.intervene === undefined
  const stateFile = withNodes ? prepared.stateFile : prepared.headStateFile
  deriveAll()
  const anvil = await startAnvil({ genesisTimeS: prepared.genesisTimeS, stateFile })
  try {
    const result = await runOn(anvil, scenario, options)
    await options.beforeEnd?.(result)
    return result
  } finally {
    await anvil.stop()
  }
}

async function runOn(anvil: Anvil, scenario: LabScenario, options: RunOptions): Promise<RunResult> {
  const { prepared, seed = 1, blockMs = 0, ordering = 'won', intervene } = options
  const chain = new Chain(anvil.rpc, prepared.nonces)
  const lab = new RunLab(chain, prepared, seed, new TruePrices(seed, prepared.prices, scenario.truePriceMoves))
  await anvil.rpc.call('evm_setNextBlockTimestamp', [prepared.head.timeS + BLOCK_S])
  await anvil.rpc.call('anvil_setBlockTimestampInterval', [BLOCK_S])
  await scenario.deploy?.(lab)
  if (intervene?.kind === 'static-caps') await staticCaps(lab)
  lab.begin()
  const { headBlock } = lab
  const run = scenario.begin(lab)
  const outcomes = new Outcomes(chain)
  const others = holders(lab).filter((address) => !run.attackers.includes(address))
  const meter = await meterOf(lab, scenario, run, others)
  const before = await badDebtUsd(lab, headBlock, others)
  await options.onReady?.({ rpcUrl: anvil.url, port: anvil.port, deployment: prepared.deployment, headBlock })

  const blocks: { number: number; hash: Hex; timeS: number }[] = []
  const loss: Loss[] = []
  const liquidations: Liquidation[] = []
  let evidenceBlock: number | null = null
  let lendableAtStartUsd: number | null = null
  let state = await observe(lab, headBlock)
  const clock = startClock(blockMs)
  for (let n = 1; ; n++) {
    if (n === scenario.startBlock) lendableAtStartUsd = state.lendableUsd
    const send = async (planned: readonly PlannedTx[], from: number): Promise<number> => {
      await chain.broadcast(await signAll(chain, outcomes, planned, from))
      return from + planned.length
    }
    // What does not look at the chain is sent first and is seen in the mempool the longest.
    let sent = await send([...reporterTraffic(lab, state, (feedId) => run.drivesFeed(feedId, n)), ...peopleTraffic(lab, n)], 0)
    const seeing = [
      ...((run.keepersWork?.(n) ?? true) ? await liquidatorTraffic(lab, state) : []),
      ...arbitrageTraffic(lab, state, (poolId) => run.drivesPool?.(poolId, n) ?? false),
      ...(await pauseTraffic(lab, scenario, intervene, state)),
      ...(await run.next(state)),
    ].map((tx) => ordered(tx, ordering, seed, headBlock + n))
    sent = await send(
      seeing.filter((tx) => tx.inMempool),
      sent,
    )
    // Signed before the tick, so that what must be hidden costs the clock only the sending.
    const hidden = await signAll(
      chain,
      outcomes,
      seeing.filter((tx) => !tx.inMempool),
      sent,
    )
    await clock.tick()
    await chain.broadcast(hidden)
    await chain.mine()

    const mined = await chain.head()
    blocks.push(mined)
    const receipts = await chain.receipts(mined.number)
    const settled = await outcomes.settle(mined.number, receipts)
    options.onTraffic?.(mined.number, settled)
    liquidations.push(...honestLiquidations(lab, mined.number, receipts, run.attackers))
    state = await observe(lab, mined.number)
    if (meter !== undefined) loss.push(await meter.measure(state))
    if (evidenceBlock === null && run.evidence(state)) evidenceBlock = mined.number
    const told = options.onBlock?.(mined.number)
    if (blockMs === 0) await told
    if (await isOver(scenario, options, n, mined.number)) break
  }

  const last = headBlock + blocks.length
  return {
    scenario: { id: scenario.id, version: scenario.version, kind: scenario.kind },
    seed,
    blockMs,
    prepared: prepared.key,
    headBlock,
    startBlock: headBlock + scenario.startBlock,
    blocks,
    ...outcomes.result(),
    evidenceBlock,
    lossKind: scenario.loss,
    loss,
    lendableAtStartUsd,
    lendableAtEndUsd: state.lendableUsd,
    badDebtUsd: { before, after: await badDebtUsd(lab, last, others) },
    liquidations: { count: liquidations.length, penaltyUsd: liquidations.reduce((sum, l) => sum + l.penaltyUsd, 0), list: liquidations },
    worstLateMs: clock.worstLateMs,
  }
}

async function meterOf(lab: RunLab, scenario: LabScenario, run: ScenarioRun, others: readonly Hex[]): Promise<LossMeter | undefined> {
  if (scenario.loss === 'bad-debt') return badDebtMeter(lab, others, lab.headBlock)
  return run.attackers.length === 0 ? undefined : gainMeter(lab, run.attackers, lab.headBlock)
}

/** Signs in order. Each fee is a wei below the one before it: equal fees would be ordered by arrival, which nobody controls. */
async function signAll(chain: Chain, outcomes: Outcomes, planned: readonly PlannedTx[], from: number): Promise<Signed[]> {
  const signed: Signed[] = []
  for (const [i, tx] of planned.entries()) {
    const one = await chain.sign({ ...tx, maxFeePerGas: tx.maxFeePerGas - BigInt(from + i) })
    outcomes.expect(one.hash, tx)
    signed.push(one)
  }
  return signed
}

async function isOver(scenario: LabScenario, options: RunOptions, n: number, block: number): Promise<boolean> {
  if (options.endAfterBlocks !== undefined) return n >= options.endAfterBlocks
  const sinceStart = n - scenario.startBlock
  if (sinceStart < scenario.minBlocks) return false
  if (sinceStart >= (options.maxBlocks ?? DEFAULT_MAX_BLOCKS)) return true
  return options.stopWhen === undefined || (await options.stopWhen(block))
}
