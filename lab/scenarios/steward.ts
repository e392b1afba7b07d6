// A stolen risk steward: what its key can raise in a block, what it undoes when somebody tightens, and how the owners take it away.
import { encodeFunctionData, type Hex } from 'viem'
import type { ObservedState, PlannedTx } from '../../src/scenario.ts'
import { aclAbi, poolAbi } from '../abi.ts'
import { RAISED } from '../deploy/queued.ts'
import { FEES } from '../fees.ts'
import { ASSETS } from '../market.ts'
import { assetOf } from '../operations.ts'
import { readViews, wouldSucceed } from '../reads.ts'
import { configuratorAbi, type ReserveParams, reserveParams } from '../run/governance.ts'
import { cappedReserves } from './drainer.ts'
import { attackTx, type Lab } from './lab.ts'

const GAS = 200_000n
const NO_CAP = 0
const abi = configuratorAbi

interface Step {
  readonly what: string
  readonly data: Hex
}

export function steward(lab: Lab) {
  const { assets, configurator, pool, riskSteward } = lab.deployment
  const { address: thin } = assetOf(lab.deployment, 'THIN')
  let wanted: readonly ReserveParams[] = []

  const params = async (block: number): Promise<readonly ReserveParams[]> => {
    const views = assets.map(({ address }) => ({ to: pool, abi: poolAbi, fn: 'getConfiguration', args: [address] }))
    return ((await readViews(lab.rpc, block, views)) as bigint[]).map(reserveParams)
  }
  const txs = (block: number, steps: readonly Step[]): PlannedTx[] =>
    steps.map(({ what, data }, n) =>
      attackTx({ id: `${block + 1}:steward:${n}`, what, from: riskSteward, to: configurator, data, gas: GAS }, FEES.falseReporter),
    )
  const raiseCollateral = (): Step => {
    const args = [thin, BigInt(RAISED.ltvBps), BigInt(RAISED.thresholdBps), BigInt(RAISED.bonusBps)] as const
    const data = encodeFunctionData({ abi, functionName: 'configureReserveAsCollateral', args })
    return { what: `raise THIN's LTV to ${RAISED.ltvBps} bps`, data }
  }
  const set = (what: string, functionName: 'setSupplyCap' | 'setBorrowCap', asset: Hex, cap: number): Step => ({
    what: `${what} to ${cap}`,
    data: encodeFunctionData({ abi, functionName, args: [asset, BigInt(cap)] }),
  })

  return {
    /**
     * THIN is worth nearly its whole value as collateral, there is room for all of it, and no borrow cap stands before the cash of a
     * reserve. Remembers everything else as it is.
     */
    async raise(state: ObservedState): Promise<PlannedTx[]> {
      const capped = await cappedReserves(lab, state)
      wanted = (await params(state.block)).map((p, i) => {
        const symbol = assets[i]?.symbol
        if (symbol === 'THIN') return { ...p, ...RAISED }
        return capped.some((one) => one === symbol) ? { ...p, borrowCap: NO_CAP } : p
      })
      return txs(state.block, [
        raiseCollateral(),
        set("raise THIN's supply cap", 'setSupplyCap', thin, RAISED.supplyCap),
        ...capped.map((symbol) => set(`lift ${symbol}'s borrow cap`, 'setBorrowCap', assetOf(lab.deployment, symbol).address, NO_CAP)),
      ])
    },
    /** Whatever somebody has tightened since, as far as the key still can: a pause it cannot end. */
    async undo(state: ObservedState): Promise<PlannedTx[]> {
      const now = await params(state.block)
      const steps = assets.flatMap(({ address, symbol }, i): Step[] => {
        const [is, was] = [now[i], wanted[i]]
        if (is === undefined || was === undefined) return []
        const flag = (what: string, functionName: 'setReserveFreeze' | 'setReserveBorrowing', on: boolean): Step => ({
          what: `${what} ${symbol}`,
          data: encodeFunctionData({ abi, functionName, args: [address, on] }),
        })
        return [
          ...(is.frozen && !was.frozen ? [flag('unfreeze', 'setReserveFreeze', false)] : []),
          ...(was.borrowable && !is.borrowable ? [flag('allow borrowing of', 'setReserveBorrowing', true)] : []),
          ...(isTighter(is.borrowCap, was.borrowCap) ? [set(`raise ${symbol}'s borrow cap`, 'setBorrowCap', address, was.borrowCap)] : []),
          ...(isTighter(is.supplyCap, was.supplyCap) ? [set(`raise ${symbol}'s supply cap`, 'setSupplyCap', address, was.supplyCap)] : []),
          ...(symbol === 'THIN' && is.ltvBps < was.ltvBps ? [raiseCollateral()] : []),
        ]
      })
      const all = txs(state.block, steps)
      const works = await wouldSucceed(lab.rpc, all)
      return all.filter((_, i) => works[i])
    },
  }
}

const isTighter = (now: number, before: number): boolean => now !== before && now !== NO_CAP && (before === NO_CAP || now < before)

/**
 * The Safe, in one block: it takes the steward's role, takes it itself for as long as it needs to set THIN back to what governance
 * had decided, and gives it up. No timelock is in the way, since the Safe grants and revokes this role.
 */
export async function takeBack(lab: Lab, block: number): Promise<PlannedTx[]> {
  const { aclManager, configurator, riskSteward, safe } = lab.deployment
  const { address: thin } = assetOf(lab.deployment, 'THIN')
  const { ltvBps, thresholdBps, bonusBps, supplyCap } = ASSETS.THIN
  const role = (functionName: 'addRiskAdmin' | 'removeRiskAdmin', who: Hex) =>
    encodeFunctionData({ abi: aclAbi, functionName, args: [who] })
  const collateral = [thin, BigInt(ltvBps), BigInt(thresholdBps), BigInt(bonusBps)] as const
  const steps = [
    ['revoke the steward', aclManager, role('removeRiskAdmin', riskSteward)],
    ['take its role', aclManager, role('addRiskAdmin', safe)],
    ["set THIN's LTV back", configurator, encodeFunctionData({ abi, functionName: 'configureReserveAsCollateral', args: collateral })],
    [
      "set THIN's supply cap back",
      configurator,
      encodeFunctionData({ abi, functionName: 'setSupplyCap', args: [thin, BigInt(supplyCap)] }),
    ],
    ['give the role up', aclManager, role('removeRiskAdmin', safe)],
  ] as const
  const txs: PlannedTx[] = []
  for (const [what, to, data] of steps) txs.push(await lab.safeTx(block, what, to, data, 400_000n))
  return txs
}
