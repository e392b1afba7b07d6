// The laboratory itself: a lab that lies makes every figure of Firebreak worthless.
import {
  type Abi,
  type Address,
  concat,
  encodeFunctionData,
  type Hex,
  keccak256,
  numberToHex,
  pad,
  parseAbi,
  parseEventLogs,
  parseSignature,
  serializeCompactSignature,
  signatureToCompactSignature,
  toEventSelector,
  toHex,
} from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Guard } from '../src/contracts/Guard.ts'
import { Liquidator } from '../src/contracts/Liquidator.ts'
import { aclAbi, aggregatorAbi, ocrAbi, poolAbi, safeAbi, timelockAbi, tokenAbi } from './abi.ts'
import { accountAt, accountOf } from './accounts.ts'
import { type Anvil, startAnvil } from './anvil.ts'
import { Chain, type Receipt, type Signed, type Tx } from './chain.ts'
import type { FeedInfo } from './deploy/index.ts'
import { CHANGED, operationArgs, RAISED, timelockExecute } from './deploy/queued.ts'
import { safeCall } from './deploy/safe.ts'
import { FEES } from './fees.ts'
import { type AssetSymbol, BLOCK_S, POOLS, units } from './market.ts'
import { assetOf, type PoolCall } from './operations.ts'
import { type PreparedState, preparedState } from './prepared.ts'
import { startProxy } from './proxy.ts'
import { readViews } from './reads.ts'
import { transmission } from './reporters.ts'
import { Rpc } from './rpc.ts'
import { type RunResult, runScenario } from './run.ts'
import { scenarios } from './scenarios/index.ts'
import type { LabScenario } from './scenarios/lab.ts'
import { buyCall, poolOf, sellCall, swapToPrice, uniswapPoolAbi, usdAtSqrtPrice, usdAtTick } from './uniswap.ts'

let prepared: PreparedState
beforeAll(async () => {
  prepared = await preparedState({ log: console.log })
})

const E8 = 10n ** 8n
const OCR1_TRANSMISSION = toEventSelector('NewTransmission(uint32,int192,address,int192[],bytes,bytes32)')
const OCR2_TRANSMISSION = toEventSelector('NewTransmission(uint32,int192,address,uint32,int192[],bytes,int192,bytes32,uint40)')
const NEW_ROUND = toEventSelector('NewRound(uint256,address,uint256)')
const ANSWER_UPDATED = toEventSelector('AnswerUpdated(int256,uint256,uint256)')
const TRANSMISSIONS = parseAbi([
  'event NewTransmission(uint32 indexed aggregatorRoundId, int192 answer, address transmitter, int192[] observations, bytes observers, bytes32 rawReportContext)',
  'event NewTransmission(uint32 indexed aggregatorRoundId, int192 answer, address transmitter, uint32 observationsTimestamp, int192[] observations, bytes observers, int192 juelsPerFeeCoin, bytes32 configDigest, uint40 epochAndRound)',
])
const configuratorAbi = parseAbi(['function setSupplyCap(address asset, uint256 newSupplyCap)'])
const priceAbi = parseAbi([
  'function getAssetPrice(address asset) view returns (uint256)',
  'function getSourceOfAsset(address asset) view returns (address)',
])
const dataAbi = parseAbi([
  'function getReserveConfigurationData(address asset) view returns (uint256, uint256, uint256, uint256, uint256, bool, bool, bool, bool, bool)',
  'function getReserveCaps(address asset) view returns (uint256 borrowCap, uint256 supplyCap)',
])

const scenario = (id: string): LabScenario => {
  const found = scenarios.find((s) => s.id === id)
  if (found === undefined) throw new Error(`no scenario ${id}`)
  return found
}

describe('prepared state', () => {
  let anvil: Anvil
  beforeAll(async () => {
    anvil = await startAnvil({ genesisTimeS: prepared.genesisTimeS, stateFile: prepared.stateFile })
  })
  afterAll(() => anvil.stop())

  test('holds seven days of blocks, receipts and states', async () => {
    const { head, deployment } = prepared
    const chain = new Chain(anvil.rpc)
    expect((await chain.head()).hash).toBe(head.hash)
    expect(head.number).toBeLessThan(450)
    const middle = Math.floor(head.number / 2)
    const block = await anvil.rpc.call<{ hash: Hex; timestamp: Hex }>('eth_getBlockByNumber', [numberToHex(middle), false])
    expect(await anvil.rpc.call<unknown[]>('eth_getBlockReceipts', [block.hash])).not.toHaveLength(0)
    const views = [...deployment.secondFeeds, ...deployment.feeds].map(({ aggregator }) => ({
      to: aggregator,
      abi: aggregatorAbi,
      fn: 'latestRound',
    }))
    const now = (await readViews(anvil.rpc, head.number, views)) as bigint[]
    const then = (await readViews(anvil.rpc, middle, views)) as bigint[]
    for (const [i, round] of now.entries()) {
      expect(round).toBeGreaterThanOrEqual(300n)
      expect(then[i]).toBeLessThan(round)
    }
    const opened = await anvil.rpc.call<{ timestamp: Hex }>('eth_getBlockByNumber', [numberToHex(deployment.deployBlock + 3), false])
    expect(head.timeS - Number(opened.timestamp)).toBeGreaterThan(7 * 86_400)
  })

  test('the deployer is nobody; the timelock, the Safe and the Guard hold the roles', async () => {
    const { aclManager: to, guard, safe, timelock, feeds } = prepared.deployment
    const deployer = accountOf('deployer').address
    const roles = [
      { fn: 'isPoolAdmin', args: [deployer] },
      { fn: 'isRiskAdmin', args: [deployer] },
      { fn: 'isPoolAdmin', args: [timelock] },
      { fn: 'isRiskAdmin', args: [guard] },
      { fn: 'isEmergencyAdmin', args: [guard] },
      { fn: 'isEmergencyAdmin', args: [safe] },
    ].map((role) => ({ to, abi: aclAbi, ...role }))
    expect(await readViews(anvil.rpc, prepared.head.number, roles)).toEqual([false, false, true, true, true, true])
    const owners = feeds.map(({ aggregator }) => ({ to: aggregator, abi: aggregatorAbi, fn: 'owner' }))
    expect(new Set(await readViews(anvil.rpc, prepared.head.number, owners))).toEqual(new Set([safe]))
  })

  test('two of three nodes execute an entry of the Guard, one alone does not', async () => {
    const { deployment, head, nonces } = prepared
    const entry = deployment.guardEntries.find(({ action, symbol }) => action === 'stopBorrowingAgainst' && symbol === 'LINK')?.id
    if (entry === undefined) throw new Error('no such entry')
    const link = assetOf(deployment, 'LINK').address
    const subject = pad(link)
    const timeS = head.timeS + BLOCK_S
    const window = BigInt(Math.floor(timeS / deployment.quorum.windowS))
    const digestOf = { to: deployment.guard, abi: Guard.abi, fn: 'digest', args: [0, entry, subject, 0, 0, window] }
    const [hash] = (await readViews(anvil.rpc, head.number, [digestOf])) as [Hex]
    const sign = async (node: number): Promise<Hex> => {
      const { address } = deployment.nodes[node] ?? { address: deployment.safe }
      const signature = await accountAt(address).signer.sign({ hash })
      return serializeCompactSignature(signatureToCompactSignature(parseSignature(signature)))
    }
    const execute = async (signers: number[]) => {
      const bitmap = signers.reduce((bits, node) => bits | (1n << BigInt(node)), 0n)
      const args = [entry, subject, 0, 0, window, bitmap, concat(await Promise.all(signers.map(sign)))] as const
      const data = encodeFunctionData({ abi: Guard.abi, functionName: 'execute', args })
      return { from: deployment.liquidator, to: deployment.guard, data, gas: 1_000_000n }
    }
    const chain = new Chain(anvil.rpc, nonces)
    const txs = [await chain.sign(await execute([2])), await chain.sign(await execute([0, 2]))]
    await chain.broadcast(txs)
    await chain.mine(timeS)
    const receipts = await chain.receipts(head.number + 1)
    expect(txs.map(({ hash: tx }) => receipts.find((r) => r.transactionHash === tx)?.status)).toEqual(['0x0', '0x1'])
    const ltvMask = 0xffffn
    const config = { to: deployment.pool, abi: poolAbi, fn: 'getConfiguration', args: [link] }
    const [before] = (await readViews(anvil.rpc, head.number, [config])) as [bigint]
    const [after] = (await readViews(anvil.rpc, head.number + 1, [config])) as [bigint]
    expect([before & ltvMask, after & ltvMask, after >> 16n]).toEqual([6800n, 0n, before >> 16n])
  })

  test('a proxy slows down, refuses, and comes back on the same port', async () => {
    const proxy = await startProxy({ targetPort: anvil.port })
    const rpc = new Rpc(`http://127.0.0.1:${proxy.port}`)
    expect(await rpc.call('eth_chainId')).toBe('0x7a69')
    proxy.setDelayMs(60)
    const started = performance.now()
    await rpc.call('eth_chainId')
    expect(performance.now() - started).toBeGreaterThan(110)
    proxy.setDelayMs(0)
    await proxy.stop()
    await expect(rpc.call('eth_chainId')).rejects.toThrow()
    await proxy.resume()
    expect(await rpc.call('eth_chainId')).toBe('0x7a69')
    rpc.close()
    await proxy.close()
  })
})

describe('the head', () => {
  let anvil: Anvil
  let chain: Chain
  let timeS: number
  beforeAll(async () => {
    anvil = await startAnvil({ genesisTimeS: prepared.genesisTimeS, stateFile: prepared.headStateFile })
    chain = new Chain(anvil.rpc, prepared.nonces)
    timeS = prepared.head.timeS
  })
  afterAll(() => anvil.stop())

  const read = async <T>(to: Address, abi: Abi, fn: string, args: readonly unknown[] = []): Promise<T> =>
    (await readViews(anvil.rpc, (await chain.head()).number, [{ to, abi, fn, args }]))[0] as T
  /** Mines the transactions in one block; whether each went through. */
  const send = async (...txs: readonly Omit<Tx, 'maxFeePerGas'>[]): Promise<Receipt[]> => {
    const signed: Signed[] = []
    for (const [i, tx] of txs.entries()) signed.push(await chain.sign({ ...tx, maxFeePerGas: FEES.honest - BigInt(i) }))
    await chain.broadcast(signed)
    timeS += BLOCK_S
    await chain.mine(timeS)
    const receipts = await chain.receipts((await chain.head()).number)
    return signed.map(({ hash }) => receipts.find((r) => r.transactionHash === hash) as Receipt)
  }
  const statuses = (receipts: readonly Receipt[]): boolean[] => receipts.map(({ status }) => status === '0x1')
  const bySafe = async ({ to, data }: { to: Address; data: Hex }): Promise<Omit<Tx, 'maxFeePerGas'>> => {
    const { safe, safeOwners } = prepared.deployment
    const nonce = await read<bigint>(safe, safeAbi, 'nonce')
    return { from: safeOwners[0] as Address, to: safe, data: await safeCall(safe, safeOwners, nonce, to, data), gas: 1_500_000n }
  }

  test('is the same block as in the whole state', async () => {
    expect((await chain.head()).hash).toBe(prepared.head.hash)
  })

  test('pools stand at the true price and tell the mean price of the last 30 minutes', async () => {
    const { deployment, prices } = prepared
    expect(deployment.pools.map(({ id }) => id)).toEqual(['WETH/USDC', 'WBTC/USDC', 'LINK/USDC', 'DAI/USDC', 'THIN/USDC'])
    for (const [i, pool] of deployment.pools.entries()) {
      const [sqrtPrice, , , cardinality] = await read<[bigint, number, number, number]>(pool.address, uniswapPoolAbi, 'slot0')
      expect(usdAtSqrtPrice(pool, sqrtPrice) / prices[pool.base]).toBeCloseTo(1, 9)
      expect(cardinality).toBe(POOLS[i]?.observations)
      const [[then, now]] = await read<[[bigint, bigint]]>(pool.address, uniswapPoolAbi, 'observe', [[1800, 0]])
      expect(usdAtTick(pool, Number(now - then) / 1800) / prices[pool.base]).toBeCloseTo(1, 1)
    }
  })

  test('a swap to a price ends there; what is sold after it lowers the price', async () => {
    const { deployment, prices } = prepared
    const pool = poolOf(deployment, 'THIN')
    const spot = async () => usdAtSqrtPrice(pool, (await read<[bigint]>(pool.address, uniswapPoolAbi, 'slot0'))[0])
    const target = prices.THIN * 1.4
    expect(statuses(await send(swapToPrice(deployment, pool, deployment.thinHolder, prices.THIN, target)))).toEqual([true])
    expect((await spot()) / target).toBeCloseTo(1, 9)
    const [sold, bought] = [units('THIN', 100_000), units('USDC', 50_000)]
    const back = [sellCall(deployment, pool, deployment.thinHolder, sold), buyCall(deployment, pool, deployment.thinHolder, bought)]
    expect(statuses(await send(back[0] as PoolCall))).toEqual([true])
    const low = await spot()
    expect(low).toBeLessThan(target)
    expect(statuses(await send(back[1] as PoolCall))).toEqual([true])
    expect(await spot()).toBeGreaterThan(low)
  })

  test('OCR feeds answer the median of the sorted observations, to their own transmitters only', async () => {
    const { deployment, prices } = prepared
    const answer = async (feed: FeedInfo) => Number(await read<bigint>(feed.proxy, aggregatorAbi, 'latestAnswer')) / 1e8
    const topics = { ocr1: OCR1_TRANSMISSION, ocr2: OCR2_TRANSMISSION, flux: undefined }
    for (const feed of deployment.secondFeeds) expect(Math.abs((await answer(feed)) / prices[feed.symbol] - 1)).toBeLessThan(0.002)
    const ocr = deployment.secondFeeds.filter(({ kind }) => kind !== 'flux')
    expect(ocr.map(({ id, kind }) => [id, kind])).toEqual([
      ['WETH-second', 'ocr2'],
      ['WBTC-second', 'ocr1'],
      ['THIN-second', 'ocr2'],
    ])
    for (const feed of ocr) {
      expect(await read(feed.aggregator, ocrAbi, 'transmitters')).toEqual(feed.reporters)
      expect(feed.reporters).toContain(feed.transmitter)
      const round = await read<bigint>(feed.aggregator, aggregatorAbi, 'latestRound')
      const honest = transmission(feed, [30, 10, 20])
      const unsorted = encodeFunctionData({ abi: ocrAbi, functionName: 'transmit', args: [[3n, 2n], '0x0001'] })
      const txs = await send(honest, { ...honest, from: deployment.whale }, { ...honest, data: unsorted })
      expect(statuses(txs)).toEqual([true, false, false])
      expect(await answer(feed)).toBe(20)
      expect(await read(feed.aggregator, aggregatorAbi, 'latestRound')).toBe(round + 1n)
      expect(txs[0]?.logs.map((log) => log.topics[0])).toEqual([topics[feed.kind], NEW_ROUND, ANSWER_UPDATED])
      const [log] = parseEventLogs({ abi: TRANSMISSIONS, logs: txs[0]?.logs as never, eventName: 'NewTransmission' }) as unknown as [
        { readonly args: object },
      ]
      expect(log.args).toMatchObject({ answer: 20n * E8, observations: [10n * E8, 20n * E8, 30n * E8], observers: '0x010200' })
    }
  })

  test('the steward sets risk parameters until the Safe takes its role away, at once', async () => {
    const { aclManager, configurator, riskSteward, timelock } = prepared.deployment
    const asset = assetOf(prepared.deployment, 'LINK').address
    const change = (cap: bigint) => {
      const data = encodeFunctionData({ abi: configuratorAbi, functionName: 'setSupplyCap', args: [asset, cap] })
      return { from: riskSteward, to: configurator, data, gas: 300_000n }
    }
    const revoke = encodeFunctionData({ abi: aclAbi, functionName: 'removeRiskAdmin', args: [riskSteward] })
    const grant = encodeFunctionData({ abi: aclAbi, functionName: 'addRiskAdmin', args: [riskSteward] })
    const isRiskAdmin = () => read(aclManager, aclAbi, 'isRiskAdmin', [riskSteward])
    expect(await isRiskAdmin()).toBe(true)
    expect(statuses(await send(change(510_000n)))).toEqual([true])
    const itself = { from: riskSteward, to: aclManager, data: grant, gas: 300_000n }
    expect(statuses(await send(await bySafe({ to: aclManager, data: revoke }), change(520_000n), itself))).toEqual([true, false, false])
    expect(await isRiskAdmin()).toBe(false)
    expect(statuses(await send(await bySafe({ to: aclManager, data: grant })))).toEqual([true])
    expect(await isRiskAdmin()).toBe(true)
    const council = keccak256(toHex('RISK_COUNCIL_ADMIN'))
    expect(await read(aclManager, aclAbi, 'hasRole', [council, timelock])).toBe(false)
  })

  test('both queued operations are ready, and do what they say when the Safe executes them', async () => {
    const { deployment } = prepared
    const { timelock, queued, oracle, dataProvider } = deployment
    const address = (symbol: AssetSymbol) => assetOf(deployment, symbol).address
    const iso = () => read<bigint>(oracle, priceAbi, 'getAssetPrice', [address('ISO')])
    const [priceBefore, sourceBefore] = [await iso(), await read(oracle, priceAbi, 'getSourceOfAsset', [address('ISO')])]
    for (const op of [queued.raise, queued.change]) {
      const id = await read<Hex>(timelock, timelockAbi, 'hashOperationBatch', operationArgs(op))
      expect(await read(timelock, timelockAbi, 'isOperationReady', [id])).toBe(true)
      expect(statuses(await send(await bySafe(timelockExecute(deployment, op))))).toEqual([true])
      expect(await read(timelock, timelockAbi, 'isOperationReady', [id])).toBe(false)
    }
    const config = (symbol: AssetSymbol) => read<readonly bigint[]>(dataProvider, dataAbi, 'getReserveConfigurationData', [address(symbol)])
    const caps = (symbol: AssetSymbol) => read<readonly bigint[]>(dataProvider, dataAbi, 'getReserveCaps', [address(symbol)])
    expect((await config('THIN')).slice(1, 4)).toEqual([RAISED.ltvBps, RAISED.thresholdBps, RAISED.bonusBps].map(BigInt))
    expect((await caps('THIN'))[1]).toBe(BigInt(RAISED.supplyCap))
    expect((await config('WETH'))[4]).toBe(BigInt(CHANGED.wethReserveFactorBps))
    expect((await caps('LINK'))[1]).toBe(BigInt(CHANGED.linkSupplyCap))
    expect((await caps('USDC'))[0]).toBe(BigInt(CHANGED.usdcBorrowCap))
    expect(await iso()).toBe(priceBefore)
    expect(await read(oracle, priceAbi, 'getSourceOfAsset', [address('ISO')])).not.toBe(sourceBefore)
  })

  test('the Liquidator pays the Safe', async () => {
    const { liquidatorContract, safe } = prepared.deployment
    expect(await read(liquidatorContract, Liquidator.abi as Abi, 'beneficiary')).toBe(safe)
  })

  test('the holder of THIN has what the scenarios need', async () => {
    const { deployment } = prepared
    const { thinHolder, pool, uniswap } = deployment
    const thin = assetOf(deployment, 'THIN')
    expect(await read<bigint>(thin.aToken, tokenAbi, 'balanceOf', [thinHolder])).toBeGreaterThanOrEqual(units('THIN', 400_000))
    for (const spender of [pool, uniswap.router])
      expect(await read<bigint>(thin.address, tokenAbi, 'allowance', [thinHolder, spender])).toBeGreaterThan(units('THIN', 15_000_000))
  })
})

describe('runs', () => {
  test('the same seed gives the same blocks, whatever the clock', async () => {
    const options = { prepared, seed: 7, endAfterBlocks: 30 }
    const hashes = ({ blocks }: RunResult): Hex[] => blocks.map(({ hash }) => hash)
    const [first, second] = [
      await runScenario(scenario('oracle-takeover'), options),
      await runScenario(scenario('oracle-takeover'), { ...options, blockMs: 60 }),
    ]
    expect(first.blocks).toHaveLength(30)
    expect(hashes(first)).toEqual(hashes(second))
  })

  test('oracle-takeover unguarded: evidence at the start, then most of the market is gone', async () => {
    const run = await runScenario(scenario('oracle-takeover'), { prepared, seed: 2 })
    const gain = (afterStart: number): number => run.loss.find(({ block }) => block === run.startBlock + afterStart)?.gainUsd ?? Number.NaN
    expect(run.evidenceBlock).toBe(run.startBlock)
    expect(gain(-1)).toBe(0)
    expect(gain(110)).toBeGreaterThan(0.75 * (run.lendableAtStartUsd ?? Number.NaN))
    const largest = Math.max(...run.loss.map(({ exitUsd }, i) => exitUsd - (run.loss[i - 1]?.exitUsd ?? 0)))
    expect(largest).toBeLessThan((run.lendableAtStartUsd ?? 0) / 60)
    expect(run.rescueTxs.map(({ ok }) => ok)).toEqual([true])
    const early = Object.values(run.ops).filter(({ block }) => (block ?? 0) < run.startBlock + 40)
    expect(early.filter(({ ok }) => !ok)).toEqual([])
  })

  test('its twin: no evidence, no loss, and every honest operation succeeds', async () => {
    const run = await runScenario(scenario('oracle-takeover-twin'), { prepared, seed: 2 })
    expect(run.evidenceBlock).toBeNull()
    expect(run.loss).toEqual([])
    expect(Object.values(run.ops).filter(({ ok }) => !ok)).toEqual([])
    expect(run.liquidations.count).toBe(0)
  })
})
