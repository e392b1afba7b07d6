import { preparedState } from './prepared.ts'
let t=performance.now()
const p = await preparedState({log: console.log})
console.log('prepared', performance.now()-t, p.head, p.prices, p.rounds)
