/** A made-up diagram. */
export const DIAGRAM = {
  svg: '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="80"><g fill="none" stroke="gray"><rect x="8" y="20" width="100" height="40"/><path d="M108 40H212"/><rect x="212" y="20" width="100" height="40"/></g></svg>',
  width: 320,
  height: 80,
};

/** A made-up screenshot. */
export const PICTURE = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="560"><rect width="900" height="560" fill="#f4f1ea"/><rect x="60" y="60" width="780" height="70" rx="8" fill="#1f5fbf"/><rect x="60" y="170" width="520" height="24" fill="#b9b5aa"/><rect x="60" y="220" width="640" height="24" fill="#d0ccc2"/><circle cx="740" cy="420" r="70" fill="#b3261e"/></svg>',
)}`;
