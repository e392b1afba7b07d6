// The takeover of parameters with everything in one block: over before anybody outside the chain can answer.
import { adminTakeoverAs } from './admin-takeover.ts'

export const adminTakeoverSingleBlock = adminTakeoverAs({
  id: 'admin-takeover-single-block',
  title: "THIN's parameters raised and the market borrowed empty in one block",
  atOnce: true,
})
