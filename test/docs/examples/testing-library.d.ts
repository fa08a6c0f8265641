/** What the examples use of a package that this repository doesn't have. */
declare module '@testing-library/react' {
  export function render(node: import('react').ReactNode): void;
  export const screen: { findByText(text: string): Promise<HTMLElement> };
}
