// A token of the person who is signed in here. The assistant asks for one when it needs it.
export async function getToken() {
  const response = await fetch('/assistant/token', { method: 'POST' });
  if (!response.ok) throw new Error('signed out');
  const { token } = await response.json();
  return token;
}
