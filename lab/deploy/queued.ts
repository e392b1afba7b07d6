// Two operations that wait in the timelock with their delay over: one that ruins the market and one that is an ordinary change.
import { type Abi, type Address, encodeFunctionData, type Hex, keccak256, toHex, zeroHash } from 'viem'
import { timelockAbi } from '../abi.ts'
import type { Aave } from './aave.ts'
import type { Deployment } from './index.ts'

/** Arguments of `TimelockController.executeBatch`; plain JSON. */
export interface QueuedOperation {
  readonly targets: readonly Address[]
  /** Wei, in decimal. */
  readonly values: readonly string[]
  readonly payloads: readonly Hex[]
  readonly predecessor: Hex
  readonly salt: Hex
}

export const TIMELOCK_DELAY_S = 86_400

/** What `raise` gives THIN: as much credit as a stablecoin, and room for all of it. */
export const RAISED = { symbol: 'THIN', ltvBps: 9000, thresholdBps: 9300, bonusBps: 10_500, supplyCap: 16_000_000 } as const
/** What `change` does, besides another proxy for ISO's price. */
export const CHANGED = { wethReserveFactorBps: 1600, linkSupplyCap: 550_000, usdcBorrowCap: 38_000_000 } as const

type Step = readonly [{ readonly address: Address; readonly abi: Abi }, string, readonly unknown[]]

export function queuedOperations({ configurator, oracle, tokens }: Aave, isoProxy: Address) {
  const thin = tokens[RAISED.symbol].address
  const raise: Step[] = [
    [configurator, 'configureReserveAsCollateral', [thin, RAISED.ltvBps, RAISED.thresholdBps, RAISED.bonusBps]],
    [configurator, 'setSupplyCap', [thin, RAISED.supplyCap]],
  ]
  const change: Step[] = [
    [configurator, 'setReserveFactor', [tokens.WETH.address, CHANGED.wethReserveFactorBps]],
    [configurator, 'setSupplyCap', [tokens.LINK.address, CHANGED.linkSupplyCap]],
    [configurator, 'setBorrowCap', [tokens.USDC.address, CHANGED.usdcBorrowCap]],
    [oracle, 'setAssetSources', [[tokens.ISO.address], [isoProxy]]],
  ]
  return { raise: operation('raise', raise), change: operation('change', change) }
}

function operation(name: string, steps: readonly Step[]): QueuedOperation {
  return {
    targets: steps.map(([{ address }]) => address),
    values: steps.map(() => '0'),
    payloads: steps.map(([{ abi }, functionName, args]) => encodeFunctionData({ abi, functionName, args })),
    predecessor: zeroHash,
    salt: keccak256(toHex(name)),
  }
}

/** Also what `hashOperationBatch` takes. */
export const operationArgs = (op: QueuedOperation) => [op.targets, op.values.map(BigInt), op.payloads, op.predecessor, op.salt] as const

/** What the Safe calls to queue an operation; wrap it in `safeCall`. */
export function timelockSchedule({ timelock }: Pick<Deployment, 'timelock'>, op: QueuedOperation): { to: Address; data: Hex } {
  const args = [...operationArgs(op), BigInt(TIMELOCK_DELAY_S)] as const
  return { to: timelock, data: encodeFunctionData({ abi: timelockAbi, functionName: 'scheduleBatch', args }) }
}

/** What the Safe calls to execute an operation that is ready; wrap it in `safeCall`. */
export function timelockExecute({ timelock }: Pick<Deployment, 'timelock'>, op: QueuedOperation): { to: Address; data: Hex } {
  return { to: timelock, data: encodeFunctionData({ abi: timelockAbi, functionName: 'executeBatch', args: operationArgs(op) }) }
}
