// A watch process that kills itself with SIGKILL right after a named step of a response is on disk: what a power cut does.
// Arguments: config file, step (or `none`), operation, and `wait` to start the nodes only when the parent says `go`.
import { loadConfig } from '../../src/cli/load-config.ts'
import { startNode } from '../../src/pipeline.ts'
import { localExchange } from '../../src/quorum/exchange.ts'
import { loadWallet } from '../../src/respond/wallet.ts'

const [file = '', fatal = 'none', operation = 'execute', when] = process.argv.slice(2)
if (when === 'wait') {
  process.send?.('loaded')
  await new Promise((go) => process.once('message', go))
}
const config = await loadConfig(file)
const exchange = localExchange()
const live = new Set<string>()
const nodes = config.nodes.map((node) =>
  startNode({
    config,
    node: { id: node.id, endpoints: [node.rpc as string].flat(), dataDir: node.dataDir },
    exchange,
    ...(node.key ? { wallet: loadWallet(node.key) } : {}),
    events: {
      step: (_, step, intent) => {
        if (step === fatal && intent?.operation === operation) process.kill(process.pid, 'SIGKILL')
      },
      block: (id, _, isLive) => {
        if (!isLive || live.has(id)) return
        live.add(id)
        if (live.size === config.nodes.length) process.send?.('ready')
      },
      error: (id, error) => console.error(id, error),
    },
  }),
)
process.once('disconnect', () => process.exit(0))
await Promise.all(nodes.map((node) => node.done))
