import { startAnvil } from './anvil.ts'
const { execSync } = await import('node:child_process')
for (const f of ['dedupe','nocode','nocode_nobh','nohist']) {
let t=performance.now()
const a = await startAnvil({ genesisTimeS: 1_780_272_000, stateFile: `/tmp/${f}.json` })
console.log(f, 'loaded', performance.now()-t, execSync(`ps -o rss= -p ${a.pid}`).toString().trim())
await a.stop()
}
