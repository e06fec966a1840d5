import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { For, type OrganisationCaller } from '@definitivedx/auth';
import { Bus } from '@definitivedx/bus';
import {
  id,
  scimCreate,
  scimDelete,
  scimDoor,
  scimFind,
  scimGet,
  scimPatch,
  scimReplace,
  type ScimKind,
  type ScimResource,
} from '@definitivedx/contracts';
import { notFound } from '@definitivedx/errors';
import { Options } from '../config.js';
import { errorSchema, listSchema, resourceTypes, schemas, serviceProviderConfig } from '../scim/discovery.js';
import { scimMediaType } from '../scim/errors.js';
import {
  listingIn,
  operationsIn,
  projectionIn,
  resourceIn,
  scimVersionOf,
  type Listing,
} from '../scim/request.js';
import { dressed, locationOf, project, tagOf, wants, type Projection } from '../scim/resource.js';
import { Acting } from './authentication.js';
import { Commands } from './commands.js';

type Query = Readonly<Record<string, unknown>>;

const kinds: Readonly<Record<string, ScimKind>> = { Users: 'User', Groups: 'Group' };

/** @throws AppError `not-found` */
function kindOf(endpoint: string): ScimKind {
  const kind = Object.hasOwn(kinds, endpoint) ? kinds[endpoint] : undefined;
  if (!kind) throw notFound('resource');
  return kind;
}

/** What describes the service is read, and nothing else. */
const readOnly: ReadonlySet<string> = new Set(['ServiceProviderConfig', 'ResourceTypes', 'Schemas']);

/** What cannot be an id is the id of nothing. */
function idOf(asked: string): string {
  const parsed = id.safeParse(asked);
  if (!parsed.success) throw notFound('resource');
  return parsed.data;
}

/**
 * SCIM 2.0 (RFC 7643, RFC 7644): an organisation's directory brings, changes and removes its members. It describes itself at
 * /ServiceProviderConfig, /ResourceTypes and /Schemas, so it is not in our own API document.
 */
@ApiExcludeController()
@For(scimDoor)
@Controller('scim/v2')
export class ScimController {
  private readonly base: string;

  constructor(
    private readonly bus: Bus,
    private readonly commands: Commands,
    { publicUrl }: Options,
  ) {
    this.base = new URL('/scim/v2', publicUrl).href;
  }

  @Get('ServiceProviderConfig')
  config(@Res({ passthrough: true }) reply: FastifyReply): object {
    return this.say(reply, serviceProviderConfig(this.base));
  }

  @Get('ResourceTypes')
  types(@Res({ passthrough: true }) reply: FastifyReply): object {
    return this.say(reply, listOf(resourceTypes(this.base)));
  }

  @Get('ResourceTypes/:name')
  type(@Res({ passthrough: true }) reply: FastifyReply, @Param('name') name: string): object {
    return this.say(reply, oneOf(resourceTypes(this.base), name));
  }

  @Get('Schemas')
  schemas(@Res({ passthrough: true }) reply: FastifyReply): object {
    return this.say(reply, listOf(schemas(this.base)));
  }

  @Get('Schemas/:name')
  schema(@Res({ passthrough: true }) reply: FastifyReply, @Param('name') name: string): object {
    return this.say(reply, oneOf(schemas(this.base), name));
  }

  /** All resources: users first, then groups. */
  @Post('.search')
  @HttpCode(200)
  async searchAll(
    @Acting() caller: OrganisationCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<object> {
    const listing = listingIn(resourceIn(body));
    const users = await this.page(caller, 'User', listing);
    const startIndex = Math.max(1, listing.startIndex - users.total);
    const left = { ...listing, startIndex, count: listing.count - users.resources.length };
    const groups = await this.page(caller, 'Group', left);
    const resources = [...users.resources, ...groups.resources];
    return this.say(reply, pageOf(users.total + groups.total, listing.startIndex, resources));
  }

  @Get(':endpoint')
  find(
    @Acting() caller: OrganisationCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('endpoint') endpoint: string,
    @Query() query: Query,
  ): Promise<object> {
    return this.list(caller, reply, kindOf(endpoint), listingIn(query));
  }

  /** The same with the filter in the body, so that no name is in an address. */
  @Post(':endpoint/.search')
  @HttpCode(200)
  search(
    @Acting() caller: OrganisationCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('endpoint') endpoint: string,
    @Body() body: unknown,
  ): Promise<object> {
    return this.list(caller, reply, kindOf(endpoint), listingIn(resourceIn(body)));
  }

  @Post(':endpoint')
  async create(
    @Acting() caller: OrganisationCaller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('endpoint') endpoint: string,
    @Query() query: Query,
    @Body() body: unknown,
  ): Promise<unknown> {
    if (readOnly.has(endpoint)) return notAllowed(reply);
    const kind = kindOf(endpoint);
    const resource = resourceIn(body);
    const projection = projectionIn(query);
    void reply.header('content-type', scimMediaType);
    return this.commands.carryOut({ request, reply, caller }, async (commandId) => {
      const created = await this.bus.request(scimCreate, caller, { kind, commandId, resource });
      const location = locationOf(this.base, kind, created['id']);
      const etag = tagOf(created);
      return {
        status: 201,
        headers: { location, ...(etag && { etag }) },
        body: project(dressed(this.base, kind, created), projection),
      };
    });
  }

  @Put(['ServiceProviderConfig', 'ResourceTypes', 'Schemas'])
  notReplaced(@Res({ passthrough: true }) reply: FastifyReply): object {
    return notAllowed(reply);
  }

  @Patch(['ServiceProviderConfig', 'ResourceTypes', 'Schemas'])
  notChanged(@Res({ passthrough: true }) reply: FastifyReply): object {
    return notAllowed(reply);
  }

  @Delete(['ServiceProviderConfig', 'ResourceTypes', 'Schemas'])
  notDeleted(@Res({ passthrough: true }) reply: FastifyReply): object {
    return notAllowed(reply);
  }

  @Get(':endpoint/:id')
  async get(
    @Acting() caller: OrganisationCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('endpoint') endpoint: string,
    @Param('id') asked: string,
    @Query() query: Query,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
  ): Promise<object | undefined> {
    const kind = kindOf(endpoint);
    const resource = await this.bus.request(scimGet, caller, { kind, id: idOf(asked) });
    if (ifNoneMatch !== undefined && ifNoneMatch === tagOf(resource)) {
      void reply.status(304).header('etag', ifNoneMatch);
      return undefined;
    }
    return this.answer(reply, kind, resource, projectionIn(query));
  }

  @Put(':endpoint/:id')
  async replace(
    @Acting() caller: OrganisationCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('endpoint') endpoint: string,
    @Param('id') asked: string,
    @Query() query: Query,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() body: unknown,
  ): Promise<object> {
    const kind = kindOf(endpoint);
    const resource = await this.bus.request(scimReplace, caller, {
      kind,
      id: idOf(asked),
      version: scimVersionOf(ifMatch),
      resource: resourceIn(body),
    });
    return this.answer(reply, kind, resource, projectionIn(query));
  }

  @Patch(':endpoint/:id')
  async change(
    @Acting() caller: OrganisationCaller,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('endpoint') endpoint: string,
    @Param('id') asked: string,
    @Query() query: Query,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() body: unknown,
  ): Promise<object> {
    const kind = kindOf(endpoint);
    const resource = await this.bus.request(scimPatch, caller, {
      kind,
      id: idOf(asked),
      version: scimVersionOf(ifMatch),
      operations: operationsIn(body),
    });
    return this.answer(reply, kind, resource, projectionIn(query));
  }

  @Delete(':endpoint/:id')
  @HttpCode(204)
  async remove(
    @Acting() caller: OrganisationCaller,
    @Param('endpoint') endpoint: string,
    @Param('id') asked: string,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    const kind = kindOf(endpoint);
    await this.bus.request(scimDelete, caller, { kind, id: idOf(asked), version: scimVersionOf(ifMatch) });
  }

  private async list(
    caller: OrganisationCaller,
    reply: FastifyReply,
    kind: ScimKind,
    listing: Listing,
  ): Promise<object> {
    const { total, resources } = await this.page(caller, kind, listing);
    return this.say(reply, pageOf(total, listing.startIndex, resources));
  }

  private async page(
    caller: OrganisationCaller,
    kind: ScimKind,
    { filter, startIndex, count, ...projection }: Listing,
  ): Promise<{ total: number; resources: ScimResource[] }> {
    const withMembers = wants(projection, 'members');
    const asked = { kind, filter, startIndex, count, withMembers };
    const { total, resources } = await this.bus.request(scimFind, caller, asked);
    return {
      total,
      resources: resources.map((resource) => project(dressed(this.base, kind, resource), projection)),
    };
  }

  private answer(
    reply: FastifyReply,
    kind: ScimKind,
    resource: ScimResource,
    projection: Projection,
  ): object {
    const tag = tagOf(resource);
    if (tag !== undefined) void reply.header('etag', tag);
    void reply.header('content-location', locationOf(this.base, kind, resource['id']));
    return this.say(reply, project(dressed(this.base, kind, resource), projection));
  }

  private say(reply: FastifyReply, body: object): object {
    void reply.header('content-type', scimMediaType);
    return body;
  }
}

const pageOf = (total: number, startIndex: number, resources: readonly object[]): object => ({
  schemas: [listSchema],
  totalResults: total,
  startIndex,
  itemsPerPage: resources.length,
  Resources: resources,
});

const listOf = (resources: readonly object[]): object => pageOf(resources.length, 1, resources);

function notAllowed(reply: FastifyReply): object {
  void reply.status(405).header('allow', 'GET').header('content-type', scimMediaType);
  return { schemas: [errorSchema], status: '405', detail: 'This can only be read. Send GET.' };
}

function oneOf(resources: readonly { readonly id: string }[], name: string): object {
  const found = resources.find((resource) => resource.id === name);
  if (!found) throw notFound('resource');
  return found;
}
