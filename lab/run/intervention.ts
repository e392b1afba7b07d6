// What others would have done instead of us, really done: the owners pause the whole pool, or caps stand at 110 % of use from the start.
import { type Address, encodeFunctionData } from 'viem'
import type { ObservedState, PlannedTx, Scenario } from '../../src/scenario.ts'
import { ASSETS } from '../market.ts'
import { readViews } from '../reads.ts'
import type { Lab } from '../scenarios/lab.ts'
import { configuratorAbi, supplyAbi } from './governance.ts'
import type { RunLab } from './run-lab.ts'

export type Intervention = { readonly kind: 'pool-pause'; readonly atBlock: number } | { readonly kind: 'static-caps' }

/** The pause ends so many blocks after the repair. */
const PAUSE_OUTLASTS_BLOCKS = 10
/** Caps of use, in tenths. */
const CAP_TENTHS = 11n

/**
 * The Safe's transactions for the block after `state`. Whoever would pause after the repair does not: there is nothing left to stop.
 * Without a repair the pause stays.
 */
export async function pauseTraffic(
  lab: Lab,
  scenario: Scenario,
  intervene: Intervention | undefined,
  state: ObservedState,
): Promise<PlannedTx[]> {
  if (intervene?.kind !== 'pool-pause') return []
  const { repairAfterBlocks, startBlock } = scenario
  const repair = repairAfterBlocks === null ? Number.POSITIVE_INFINITY : lab.headBlock + startBlock + repairAfterBlocks
  if (intervene.atBlock > repair) return []
  const set = async (paused: boolean): Promise<PlannedTx[]> => {
    const data = encodeFunctionData({ abi: configuratorAbi, functionName: 'setPoolPause', args: [paused] })
    // Every reserve is a write of its own.
    return [await lab.safeTx(state.block, paused ? 'pause the pool' : 'end the pause', lab.deployment.configurator, data, 1_500_000n)]
  }
  if (state.block + 1 === intervene.atBlock) return set(true)
  return state.block + 1 === repair + PAUSE_OUTLASTS_BLOCKS ? set(false) : []
}

/**
 * Sets every cap to 110 % of what is in use, in the run's first block: as the timelock, whose key nobody has. Not in a block before it:
 * the blocks of this run are to have the numbers of those of the unguarded one, by which operations pair.
 */
export async function staticCaps(lab: RunLab): Promise<void> {
  const { assets, configurator, timelock } = lab.deployment
  const total = (to: Address) => ({ to, abi: supplyAbi, fn: 'totalSupply' })
  const views = assets.flatMap(({ aToken, stableDebt, variableDebt }) => [total(aToken), total(stableDebt), total(variableDebt)])
  const used = (await readViews(lab.rpc, lab.headBlock, views)) as bigint[]
  const cap = (amount: bigint, decimals: number): bigint => (amount * CAP_TENTHS) / 10n / 10n ** BigInt(decimals) + 1n
  const calls = assets.flatMap(({ address, symbol, decimals }, i) => {
    const [supplied = 0n, stable = 0n, variable = 0n] = used.slice(3 * i, 3 * i + 3)
    const supply = encodeFunctionData({ abi: configuratorAbi, functionName: 'setSupplyCap', args: [address, cap(supplied, decimals)] })
    const borrow = encodeFunctionData({
      abi: configuratorAbi,
      functionName: 'setBorrowCap',
      args: [address, cap(stable + variable, decimals)],
    })
    return ASSETS[symbol].borrowable ? [supply, borrow] : [supply]
  })
  await lab.rpc.call('anvil_impersonateAccount', [timelock])
  await lab.rpc.call('anvil_setBalance', [timelock, '0xde0b6b3a7640000'])
  for (const data of calls) await lab.rpc.call('eth_sendTransaction', [{ from: timelock, to: configurator, data, gas: '0x493e0' }])
  await lab.rpc.call('anvil_stopImpersonatingAccount', [timelock])
}
