import { html, type Markup } from './html.ts';
import { frame } from './timeline-page.ts';
import type { User } from './users.ts';

/** Asks who signs in and whether the app may act for them. `action` is where the form goes. Needs no script. */
export function authorizePage(app: string, action: string, token: string, users: readonly User[]): Markup {
  const options = users.map(({ username }) => html`<option value="${username}"></option>`);
  return dialog(
    'Authorize an app',
    html`<h1>Authorize <b>${app}</b> to access your account?</h1>
<form method="post" action="${action}">
<input type="hidden" name="oauth_token" value="${token}">
<label for="username">Sign in as</label>
<p class="field"><span aria-hidden="true">@</span><input id="username" name="username" list="users" value="alice"
 maxlength="15" pattern="[A-Za-z0-9_]+" required autocomplete="off" autocapitalize="none" spellcheck="false"></p>
<datalist id="users">${options}</datalist>
<p class="hint">alice, bob or any name. An account that does not exist is made.</p>
<p>This app will be able to:</p>
<ul><li>See your profile and your tweets.</li><li>Post and delete tweets for you.</li></ul>
<p class="buttons"><button name="decision" value="allow" class="primary">Allow</button>
<button name="decision" value="deny" formnovalidate>Deny</button></p>
</form>`,
  );
}

/** Out of band: the verifier, to be typed into the app. */
export const pinPage = (pin: string): Markup =>
  dialog(
    'Your PIN',
    html`<h1>Almost there</h1><p>Type this PIN into the app:</p><p class="pin"><code>${pin}</code></p>`,
  );

export const messagePage = (title: string, message: string): Markup =>
  dialog(title, html`<h1>${title}</h1><p>${message}</p>`);

const dialog = (title: string, content: Markup): Markup =>
  frame(
    `${title} · sandbox`,
    html`<main class="dialog"><p class="badge">Sandbox</p>
${content}
<p class="note">A simulation for development. This is not X.</p></main>`,
  );
