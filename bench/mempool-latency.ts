// From an attack's last transaction in the public mempool to our answer in it, and who came first in the block: `npm run bench:mempool`.
import { cpus } from 'node:os'
import type { Hex } from 'viem'
import { FEES } from '../lab/fees.ts'
import { units } from '../lab/market.ts'
import { poolCalls } from '../lab/operations.ts'
import { openStage, startNodes, until } from '../test/support/stage.ts'

const TRIALS = Number(process.argv[2] ?? 10)
const ATTACK_FEE = FEES.responderWon + 50_000_000_000n

const opened = await openStage()
const stage = { ...opened, config: { ...opened.config, mempool: { queued: 256, looksPerSender: 64, ttlS: 180 } } }
const nodes = await startNodes(stage, { armed: true })
const head = stage.prepared.head.number
await nodes.judged(head)
await nodes.judged(await stage.mine())
const { deployment } = stage.prepared
const { rpc } = stage.anvil
const guard = deployment.guard.toLowerCase()
type Pool = { readonly pending: Record<string, Record<string, { readonly to: Hex | null; readonly hash: Hex }>> }
const answers = async () => {
  const { pending } = await rpc.call<Pool>('txpool_content')
  return Object.values(pending)
    .flatMap((byNonce) => Object.values(byNonce))
    .filter(({ to }) => to?.toLowerCase() === guard)
}
const ready = () =>
  [...nodes.entries.values()].every((all) =>
    all.some(({ kind, body }) => kind === 'health' && (body as { mempool?: { engine: string } }).mempool?.engine === 'eth_simulateV1'),
  )
await until('all hear and simulate', ready)
const ms: number[] = []
let first = 0
let stopped = 0
for (let trial = 0; trial < TRIALS; trial++) {
  await stage.falsePrice(ATTACK_FEE)
  const sentMs = performance.now()
  await until('our answer waits', async () => (await answers()).length > 0)
  ms.push(performance.now() - sentMs)
  const call = poolCalls(deployment, deployment.whale).borrow('USDC', units('USDC', 500_000))
  const theft = await stage.chain.sign({ ...call, maxFeePerGas: ATTACK_FEE - 10n })
  await stage.chain.broadcast([theft])
  await nodes.judged(await stage.mine())
  const receipts = await stage.chain.receipts((await stage.chain.head()).number)
  const ours = (await stage.guardEvents()).filter(({ eventName }) => eventName === 'Executed')
  if (ours.length > 0 && receipts[0]?.status === '0x1' && receipts[0]?.logs.some(({ address }) => address.toLowerCase() === guard))
    first += 1
  if (receipts.find(({ transactionHash }) => transactionHash === theft.hash)?.status === '0x0') stopped += 1
  await new Promise((rest) => setTimeout(rest, 500))
  await rpc.call('anvil_dropAllTransactions')
  await rpc.call('anvil_reorg', [(await stage.chain.head()).number - head - 1, []])
  stage.rewind()
  // another hour and another time slot: the budget of actions on waiting transactions is whole again
  const { timeS } = await stage.chain.head()
  await rpc.call('evm_setNextBlockTimestamp', [timeS + 4_800 * (trial + 1)])
  await nodes.judged(await stage.mine())
  await new Promise((rest) => setTimeout(rest, 500))
}
ms.sort((a, b) => a - b)
const at = (q: number) => (ms[Math.min(ms.length - 1, Math.floor(q * ms.length))] ?? 0).toFixed(0)
console.log(
  `last false report accepted to our answer in the pool, ${TRIALS} attacks, three nodes and anvil on ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.version}:`,
)
console.log(
  `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms; first in the block in ${first} of ${TRIALS}, the borrow reverted in ${stopped} of ${TRIALS}`,
)
await nodes.stop()
await stage.close()
process.exit(0)
