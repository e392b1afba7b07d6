// The benign twin of thin-collateral: THIN truly rises twentyfold in the same time; other venues, its deeper pool and both feeds say so.
import { encodeFunctionData, parseAbi } from 'viem'
import type { PlannedTx } from '../../../src/scenario.ts'
import { tokenAbi } from '../../abi.ts'
import { ASSETS, type AssetSymbol, POOLS, units } from '../../market.ts'
import { assetOf, MAX_UINT, poolCalls } from '../../operations.ts'
import { poolOf } from '../../uniswap.ts'
import { PUMP, thinCollateral } from '../attacks/thin-collateral.ts'
import { honestTx, type Lab, type LabScenario, personOf } from '../lab.ts'

const START = thinCollateral.startBlock
/** Providers of liquidity come before the rise. */
const DEEPER_BEFORE = 5

/** Holders of THIN borrow a little of their new wealth: blocks after the rise began, who, what. */
const BORROWS: readonly (readonly [number, string, AssetSymbol, number])[] = [
  [6, 'thin-1', 'USDC', 20_000],
  [12, 'thinHolder', 'USDC', 60_000],
  [18, 'thin-2', 'USDC', 15_000],
  [30, 'thin-1', 'USDC', 10_000],
  [45, 'thinHolder', 'DAI', 40_000],
]

export const thinCollateralTwin: LabScenario = {
  version: 1,
  id: 'thin-collateral-twin',
  title: 'THIN truly rises twentyfold, and its pool, made deeper, and both feeds follow',
  kind: 'twin',
  twinOf: thinCollateral.id,
  preventable: false,
  loss: 'attacker-gain',
  pace: null,
  startBlock: START,
  minBlocks: thinCollateral.minBlocks,
  repairAfterBlocks: null,
  truePriceMoves: Array.from({ length: PUMP.blocks }, (_, i) => ({
    symbol: 'THIN',
    afterBlocks: START + i,
    factor: PUMP.factor ** (1 / PUMP.blocks),
  })),
  begin: (lab) => ({
    attackers: [],
    drivesFeed: () => false,
    evidence: thinCollateral.begin(lab).evidence,
    async next(state) {
      const n = state.afterBlocks + 1
      return [...(n === START - DEEPER_BEFORE ? deeper(lab, n) : []), ...borrows(lab, n)]
    },
  }),
}

const managerAbi = parseAbi([
  'struct MintParams { address token0; address token1; uint24 fee; int24 tickLower; int24 tickUpper; uint256 amount0Desired; uint256 amount1Desired; uint256 amount0Min; uint256 amount1Min; address recipient; uint256 deadline; }',
  'function mint(MintParams params) payable returns (uint256 tokenId, uint128 liquidity, uint256 amount0, uint256 amount1)',
])
/** The widest range that the pool's tick spacing allows. */
const FULL_RANGE_TICK = 887_220

/** As much liquidity again, over the whole range. */
function deeper(lab: Lab, n: number): PlannedTx[] {
  const { lp, uniswap } = lab.deployment
  const { token0, token1, fee, baseIsToken0 } = poolOf(lab.deployment, 'THIN')
  const sideUsd = POOLS.find(({ base }) => base === 'THIN')?.sideUsd ?? 0
  const scale = Math.sqrt(lab.prices.at(n).THIN / ASSETS.THIN.startPriceUsd)
  const sides = [units('THIN', sideUsd / ASSETS.THIN.startPriceUsd / scale), units('USDC', sideUsd * scale)] as const
  const [amount0Desired, amount1Desired] = baseIsToken0 ? sides : [sides[1], sides[0]]
  const range = { tickLower: -FULL_RANGE_TICK, tickUpper: FULL_RANGE_TICK }
  const least = { amount0Min: 0n, amount1Min: 0n }
  const params = { token0, token1, fee, ...range, amount0Desired, amount1Desired, ...least, recipient: lp, deadline: MAX_UINT }
  const mint = (symbol: AssetSymbol, amount: bigint) => ({
    to: assetOf(lab.deployment, symbol).address,
    data: encodeFunctionData({ abi: tokenAbi, functionName: 'mint', args: [lp, amount] }),
    gas: 120_000n,
  })
  const calls = [
    mint('THIN', sides[0]),
    mint('USDC', sides[1]),
    { to: uniswap.positionManager, data: encodeFunctionData({ abi: managerAbi, functionName: 'mint', args: [params] }), gas: 900_000n },
  ]
  return calls.map((call, i) => honestTx({ id: `${lab.headBlock + n}:lp:${i}`, what: 'make the pool of THIN deeper', from: lp, ...call }))
}

function borrows(lab: Lab, n: number): PlannedTx[] {
  return BORROWS.filter(([after]) => START + after === n).map(([, name, symbol, amount]) => {
    const from = name === 'thinHolder' ? lab.deployment.thinHolder : personOf(lab, name)
    const call = poolCalls(lab.deployment, from).borrow(symbol, units(symbol, amount))
    return honestTx({ id: `${lab.headBlock + n}:${name}:1`, what: `borrow ${amount} USD of ${symbol}`, ...call })
  })
}
