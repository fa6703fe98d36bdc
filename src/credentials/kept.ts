import {
  type CredentialOwner,
  HeraldError,
  type KeptCredentials,
  type RestSeal,
  type SealedCredential,
  Secret,
} from '../kernel/index.ts';
import { RestSealBroken } from './at-rest.ts';

const PURPOSE = 'post_credential';

/**
 * Keeps an accepted post's credentials under the keyring's `rest` key, bound to the post, its user and its X account: a
 * row pasted under another post does not open.
 */
export const createKeptCredentials = (seal: RestSeal): KeptCredentials => ({
  keep: (credentials, owner) =>
    seal.seal(
      JSON.stringify([credentials.accessToken.reveal(), credentials.accessTokenSecret.reveal()]),
      boundToPost(owner),
    ),
  use: async (kept, owner, use) => {
    const [accessToken, accessTokenSecret] = await open(seal, kept, owner);
    return use({
      xUserId: owner.xUserId,
      accessToken: new Secret(accessToken),
      accessTokenSecret: new Secret(accessTokenSecret),
    });
  },
});

/** What `post_credential` is bound to. */
const boundToPost = ({ postId, userId, xUserId }: CredentialOwner): readonly string[] => [
  PURPOSE,
  postId,
  userId,
  xUserId,
];

const open = async (
  seal: RestSeal,
  kept: SealedCredential | undefined,
  owner: CredentialOwner,
): Promise<[string, string]> => {
  if (kept === undefined) throw new HeraldError('CREDENTIALS_INVALID');
  try {
    const plaintext = await seal.open(kept, boundToPost(owner));
    const pair = JSON.parse(plaintext.toString('utf8')) as [string, string];
    plaintext.fill(0);
    return pair;
  } catch (error) {
    if (error instanceof RestSealBroken) throw new HeraldError('CREDENTIALS_INVALID');
    throw error;
  }
};
