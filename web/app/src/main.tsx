import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import './styles/tokens.css';
import './styles/base.css';
import './styles/lobby.css';
import './styles/call.css';

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<App />);
