// The oracle takeover with everything in one block: over before anybody outside the chain can answer.
import { oracleTakeoverAs } from './oracle-takeover.ts'

export const oracleTakeoverSingleBlock = oracleTakeoverAs({
  id: 'oracle-takeover-single-block',
  title: 'Two false reporters and all borrowing in one block',
  atOnce: true,
})
