/** Starts the agent console: tokens, styles, the page. */
import '../lib/ui/tokens.css';
import '../lib/ui/base.css';
import './agent.css';
import './case.css';
import './optics.css';
import './sheets.css';
import '../lib/ui/prompt-picture.css';
import './compare.css';
import './identity.css';
import './people.css';
import './profile.css';
import './theme.css';
import { render } from 'preact';
import { App } from './App.tsx';

const root = document.getElementById('app');
if (root) {
  root.replaceChildren();
  render(<App />, root);
}
