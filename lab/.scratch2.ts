import { startAnvil } from './anvil.ts'
import { preparedState } from './prepared.ts'
const p = await preparedState({log: console.log})
let t=performance.now()
const a = await startAnvil({ genesisTimeS: p.genesisTimeS, stateFile: p.stateFile })
console.log('loaded', performance.now()-t)
console.log(await a.rpc.call('eth_blockNumber'))
const { execSync } = await import('node:child_process')
console.log(execSync(`ps -o rss= -p ${a.pid}`).toString())
await a.stop()
