import { choice, directoryName } from './parsers.ts';
import { TEXTS } from './variableText.ts';

/** The service desk in the chat. */
export const DESK = {
  SERVICE_DESK_GROUP: directoryName("the DN of the service desk's group")
    .optional()
    .register(TEXTS, {
      meaning:
        'the group whose members, through other groups too, get the service desk’s cards in the chat',
      otherwise: 'nobody',
      example: 'CN=Servicedesk,OU=Groups,DC=example,DC=se',
    }),
  DESK_MAY_VOUCH: choice('on', 'off').default('off').register(TEXTS, {
    meaning:
      '`on`: an agent may let a confirmed manager register the directory’s mobile without the password',
    default: 'off',
  }),
};
