/**
 * The wire of EC2 and STS: a request's text becomes a typed request, a typed answer becomes text. It knows neither the
 * engine nor the server. The ways through it:
 *
 * 1. `readParameters` makes parameters of the query and the body, `readCredential` says who signed.
 * 2. `loadServices` reads the shapes, `serviceOf` and `readCall` say which operation is meant, `readInput` what it is given.
 * 3. `checkId`, `readFilters` and `readPage` hold it to the rules that many operations share.
 * 4. `renderAnswer`, `renderError` and `refuseForeign` write what goes out.
 */

export { agreesWith, type Filter, readFilters, tagValues, type ValuesOf } from '../list/filters.ts';
export { makeToken, type Page, readPage } from '../list/paging.ts';
export { renderAnswer, type WireAnswer } from './answer.ts';
export { type Parameters, readCall, readParameters, serviceOf, type WireCall } from './call.ts';
export { type Credential, readCredential } from './credential.ts';
export * from './errors.ts';
export { checkId, instancesNotFound, isId, snapshotNotFound, volumeNotFound } from './ids.ts';
export { readInput } from './input.ts';
export { maskKeyIds, maskParameters } from './mask.ts';
export {
  type Answer,
  type AnswerShape,
  loadServices,
  type Operation,
  type Request,
  type Service,
  type ServiceName,
  type Services,
} from './shapes.ts';
