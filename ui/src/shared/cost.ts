/** A sum in US dollars: cents, and of less than a cent what can be told apart. Empty for nothing. */
export function costWords(dollars: number): string {
  if (!(dollars > 0)) return "";
  if (dollars < 0.0001) return "< $0.0001";
  return dollars < 0.01 ? `$${dollars.toFixed(4)}` : `$${dollars.toFixed(2)}`;
}
