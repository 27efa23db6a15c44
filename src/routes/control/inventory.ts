import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import type { State, Target } from '../../state/index.ts';
import { worldOf } from '../../surface/call.ts';
import * as schemas from './inventory-schemas.ts';

/** What a world holds, account by account, and what happens to it as if in AWS. */
export function controlInventoryRoutes(state: State): FastifyPluginAsyncTypebox {
  const { inventory, aws } = state;
  const targetOf = (request: FastifyRequest): Target =>
    state.targetIn(worldOf(request), (request.params as { accountId: string }).accountId);

  return async (app) => {
    const account = '/accounts/:accountId';
    const volume = `${account}/volumes/:volumeId`;
    const instance = `${account}/instances/:instanceId`;

    app.get('/accounts', { schema: schemas.listAccounts }, (request, reply) => {
      reply.send({ accounts: inventory.accounts(worldOf(request)) });
    });

    app.get(`${account}/volumes`, { schema: schemas.listVolumes }, (request, reply) => {
      const wanted = listRequest(request.query);
      const { count, items } = inventory.volumes(targetOf(request), wanted);
      reply.send({ count, limit: wanted.limit, offset: wanted.offset, volumes: items });
    });

    app.get(`${account}/snapshots`, { schema: schemas.listSnapshots }, (request, reply) => {
      const wanted = listRequest(request.query);
      const { count, items } = inventory.snapshots(targetOf(request), wanted);
      reply.send({ count, limit: wanted.limit, offset: wanted.offset, snapshots: items });
    });

    app.get(`${account}/attachments`, { schema: schemas.listAttachments }, (request, reply) => {
      const wanted = listRequest(request.query);
      const { count, items } = inventory.attachments(targetOf(request), wanted);
      reply.send({ count, limit: wanted.limit, offset: wanted.offset, attachments: items });
    });

    app.get(`${account}/instances`, { schema: schemas.listInstances }, (request, reply) => {
      const wanted = listRequest(request.query);
      const { count, items } = inventory.instances(targetOf(request), wanted);
      reply.send({ count, limit: wanted.limit, offset: wanted.offset, instances: items });
    });

    app.post(`${account}/volumes`, { schema: schemas.createVolume }, (request, reply) => {
      reply.code(201).send(aws.createVolume(targetOf(request), request.body));
    });

    app.get(volume, { schema: schemas.getVolume }, (request, reply) => {
      reply.send(inventory.volume(targetOf(request), request.params.volumeId));
    });

    app.put(volume, { schema: schemas.tagVolume }, (request, reply) => {
      reply.send(aws.tagVolume(targetOf(request), request.params.volumeId, request.body.tags));
    });

    app.delete(volume, { schema: schemas.deleteVolume }, (request, reply) => {
      aws.deleteVolume(targetOf(request), request.params.volumeId);
      reply.code(204).send(undefined);
    });

    app.post(`${volume}/attach`, { schema: schemas.attachVolume }, (request, reply) => {
      const { deleteOnTermination = false, ...place } = request.body;
      const attached = aws.attachVolume(targetOf(request), request.params.volumeId, { ...place, deleteOnTermination });
      reply.send(attached);
    });

    app.post(`${volume}/activate`, { schema: schemas.activateVolume }, (request, reply) => {
      reply.send(state.activate(targetOf(request), request.params.volumeId));
    });

    app.post(`${account}/instances`, { schema: schemas.createInstance }, (request, reply) => {
      reply.code(201).send(aws.createInstance(targetOf(request), request.body));
    });

    app.get(instance, { schema: schemas.getInstance }, (request, reply) => {
      reply.send(inventory.instance(targetOf(request), request.params.instanceId));
    });

    app.put(instance, { schema: schemas.changeInstance }, (request, reply) => {
      reply.send(aws.changeInstance(targetOf(request), request.params.instanceId, request.body));
    });

    app.delete(instance, { schema: schemas.terminateInstance }, (request, reply) => {
      aws.terminateInstance(targetOf(request), request.params.instanceId);
      reply.code(204).send(undefined);
    });
  };
}

/** A list's query as the engine takes it: the statuses one by one, and the defaults filled in. */
function listRequest<Q extends { status?: string; limit?: number; offset?: number }>(query: Q) {
  const { status, limit = 100, offset = 0, ...rest } = query;
  return { ...rest, ...(status !== undefined && { status: status.split(',') }), limit, offset };
}
