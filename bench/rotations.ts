/** `items` once per round, each time beginning with the next one, every second time backwards: nobody always follows the same. */
export const rotations = <Item>(items: readonly Item[], rounds: number): Item[][] =>
  Array.from({ length: rounds }, (_, round) => {
    const first = round % items.length;
    const order = [...items.slice(first), ...items.slice(0, first)];
    return round % 2 === 0 ? order : order.reverse();
  });
