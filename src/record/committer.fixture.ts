// Commits until it is killed: block after block, a checkpoint every ten.
import { block, edge, finding, fold, hashOf } from './record.builders.ts'
import { openRecord } from './record.ts'

const folder = process.argv[2] ?? ''
const record = openRecord({ folder, nodeId: 'n1' })
for (let n = (record.status().cursors[0]?.number ?? 0) + 1; ; n++) {
  const checkpoint = { head: { chainId: 1, number: n, hash: hashOf(n), rulesHash: hashOf(0) }, bytes: new Uint8Array(1000) }
  record.commit({ input: block(n), entries: [fold(n), finding(n, 'high'), edge(n)], ...(n % 10 === 0 ? { checkpoint } : {}) })
  if (n % 5 === 0) process.stdout.write('.')
}
