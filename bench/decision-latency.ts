// From a block's `newHeads` to k signatures, over many attacks on the same prepared chain: `npm run bench:latency`. Each trial is undone by a reorg.
import { cpus } from 'node:os'
import { openStage, startNodes, until } from '../test/support/stage.ts'

const TRIALS = Number(process.argv[2] ?? 20)

const stage = await openStage()
const nodes = await startNodes(stage, { armed: true })
const head = stage.prepared.head.number
await nodes.judged(head)
await nodes.judged(await stage.mine())
const certificates = () =>
  [...nodes.entries.values()].flat().filter((e) => e.kind === 'certificate' && (e.body as { operation: string }).operation === 'execute')
const decisions = () => [...nodes.entries.values()].flat().filter((e) => e.kind === 'decision')
const ms: number[] = []
let simulated = 0
for (let trial = 0; trial < TRIALS; trial++) {
  for (const entries of nodes.entries.values()) entries.length = 0
  await stage.falsePrice()
  const evidence = await stage.mine()
  await nodes.judged(evidence)
  await until('two certificates', () => certificates().length >= 2)
  // the first node to hold k signatures can act
  const times = certificates().map((e) => (e.body as { msFromHead: number }).msFromHead)
  ms.push(Math.min(...times))
  const late = decisions().some((d) => (d.body as { weighed: { why: string }[] }).weighed.some((w) => w.why.startsWith('late')))
  if (!late) simulated += 1
  await new Promise((rest) => setTimeout(rest, 300))
  await stage.anvil.rpc.call('anvil_reorg', [(await stage.chain.head()).number - head - 1, []])
  stage.rewind()
  // another time slot, or the certificate of the last trial would still be good
  const { timeS } = await stage.chain.head()
  await stage.anvil.rpc.call('evm_setNextBlockTimestamp', [timeS + 240 * (trial + 1)])
  await nodes.judged(await stage.mine())
}
ms.sort((a, b) => a - b)
const at = (q: number) => (ms[Math.min(ms.length - 1, Math.floor(q * ms.length))] ?? 0).toFixed(0)
console.log(
  `newHeads to k signatures, ${TRIALS} attacks, three nodes and anvil on ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.version}:`,
)
console.log(`p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms; all candidates simulated in time in ${simulated} of ${TRIALS}`)
await nodes.stop()
await stage.close()
process.exit(0)
