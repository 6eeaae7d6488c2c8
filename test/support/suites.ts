/**
 * Suites that `npm run test:quick` leaves out, as regular expressions on the path (jest's own way): suites
 * that start servers or other programs (Samba, OpenLDAP, PostgreSQL, the built bot, a browser), that wait
 * for seconds because they test a deadline, and those of the store, of a directory's oddities, of the
 * administration, of settings and of rules beside the flows, which walk no flow that the others do not walk;
 * also those of the lint's own rules and of the templates in Microsoft's library.
 */
export const LEFT_OUT_OF_QUICK = [
  '/test/adapters/ldap/',
  '/test/(?:adapters/store|service)/\\w*(?:[pP]ostgres|pgbouncer)\\.test\\.ts$',
  '/test/service/otherManagers\\.test\\.ts$',
  '/test/adapters/store/(?:sqlite\\w*|rekey|formerDigests)\\.test\\.ts$',
  '/test/adapters/twilio\\.test\\.ts$',
  '/test/teams/(?:botCertificate|cardFaults|health|proactive|server|summary|working)\\.test\\.ts$',
  '/test/cards/(?:cards|accessibility|designer|references)\\.test\\.ts$',
  '/test/demo/start\\.test\\.ts$',
  '/test/admin/report\\.test\\.ts$',
  '/test/(?:walls|afterCommit)\\.test\\.ts$',
  '/test/manifest/',
  '/test/domain/rotationYears\\.test\\.ts$',
  '/test/walks/(?:on\\w+|directory\\w+|invite|late\\w+|ownLateWrite)\\.test\\.ts$',
  '/test/walks/(?:desk\\w+|formerPassword|plantedValues|revokedMidway|smsReminder)\\.test\\.ts$',
  '/test/deploy/',
  '/test/e2e/',
  '/test/bench/',
] as const;
