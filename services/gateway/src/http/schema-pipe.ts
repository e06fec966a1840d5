import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { invalidInput } from '@definitivedx/errors';

const mostIssues = 20;

/**
 * Validates what `@Body`, `@Query` and `@Param` declare a schema for. Nest's own pipe would first delete the keys
 * `constructor` and `prototype` silently; here they are refused, by the body parser and by strict schemas.
 */
@Injectable()
export class SchemaPipe implements PipeTransform {
  transform(value: unknown, { schema, type, data }: ArgumentMetadata & { schema?: unknown }): unknown {
    if (!(schema instanceof z.ZodType)) return value;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const prefix = type === 'body' ? [] : [data ?? type];
    const issues = parsed.error.issues.slice(0, mostIssues).map((issue) => ({
      path: [...prefix, ...issue.path].map(String).join('.').slice(0, 200),
      message: issue.message.slice(0, 300),
    }));
    throw invalidInput('The request cannot be understood. Please correct the places named.', issues);
  }
}
