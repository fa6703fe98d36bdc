import { Agent, createServer } from 'node:http';
import express, { type Request, type Response } from 'express';
import { type ITwitterApiClientPlugin, TwitterApi } from 'twitter-api-v2';
import { sayListening } from './listening.ts';

/*
 * What Hasura's code generator makes of the action, in its own shape: Express, a handler, the business logic filled in
 * with twitter-api-v2 and its defaults. It checks no secret, opens nothing (the session has readable tokens) and keeps
 * no record.
 */

const { X_API_URL = '', APP_KEY = '', APP_SECRET = '' } = process.env;

/**
 * The library always calls https://api.x.com: this takes it to the sandbox before it signs. The agent is as the one that
 * Node uses by default, but for plain http.
 */
const toSandbox: ITwitterApiClientPlugin = {
  onBeforeRequestConfig({ params }) {
    params.url = params.url.replace('https://api.x.com', X_API_URL);
  },
};
const httpAgent = new Agent({ keepAlive: true, timeout: 5_000 });

type PostTweetInput = { text: string };
type PostTweetArgs = { input: PostTweetInput };
type TweetOutput = { tweetId: string };

async function postTweetHandler(args: PostTweetArgs, session: Record<string, string>): Promise<TweetOutput> {
  const client = new TwitterApi(
    {
      appKey: APP_KEY,
      appSecret: APP_SECRET,
      accessToken: session['x-hasura-access-token'] ?? '',
      accessSecret: session['x-hasura-access-token-secret'] ?? '',
    },
    { httpAgent, plugins: [toSandbox] },
  );
  const tweet = await client.v2.tweet(args.input.text);
  return { tweetId: tweet.data.id };
}

const app = express();
app.use(express.json());

app.post('/postTweet', async (req: Request, res: Response) => {
  const params = req.body.input as PostTweetArgs;
  try {
    const result = await postTweetHandler(params, req.body.session_variables as Record<string, string>);
    return res.json(result);
  } catch (error) {
    return res.status(400).json({ message: String(error) });
  }
});

sayListening(createServer(app).listen(0, '127.0.0.1'));
