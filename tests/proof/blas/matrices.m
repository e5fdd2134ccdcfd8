% SPDX-License-Identifier: MIT
% Octave: products and decompositions. Each line is a name and all bits.
function say (name, varargin)
  bytes = uint8 ([]);
  for i = 1:numel (varargin)
    x = full (varargin{i});
    bytes = [bytes, typecast([real(x(:)); imag(x(:))]', "uint8")];
  end
  printf ("%s %s\n", name, hash ("md5", char (bytes)));
end
rand ("twister", 1);
a = rand (150) - 0.5;
z = a + 1i * a';
s = a * a' + 150 * eye (150);
say ("product", a * a);
say ("transposed", a' * a);
say ("complex", z * z);
say ("single", double (single (a) * single (a)));
say ("vector", a * a(:, 1));
say ("dot", a(:, 1)' * a(:, 2));
say ("solve", a \ a(:, 1:5));
say ("least_squares", a(:, 1:40) \ a(:, 50));
say ("inv", inv (a));
say ("det", det (a));
say ("chol", chol (s));
[l, u, p] = lu (a);
say ("lu", l, u, p);
[q, r] = qr (a);
say ("qr", q, r);
[u, d, v] = svd (a);
say ("svd", u, d, v);
[v, d] = eig (s);
say ("eig_symmetric", v, d);
[v, d] = eig (a);
say ("eig", v, d);
say ("pinv", pinv (a));
say ("expm", expm (a / 9));
