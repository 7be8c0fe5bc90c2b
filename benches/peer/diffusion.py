"""The mean-reverting diffusion around the network: preconditioning, sampler, loss (Eqs. 13–19).

Sequences of images have a frame axis, [B, L, H, W, C]; L = 1 is the mono-temporal case. σ is a tensor
[B] in float64, so that coefficients are rounded only once.
"""

import math
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Process:
    """Forward process and preconditioning: k(σ) = ασ, and the moments of the data."""

    alpha: float = 1.0
    sigma_data: float = 1.0
    sigma_mu: float = 1.0
    sigma_cov: float = 0.9

    def k(self, sigma):
        """Weight of the cloudy image in x̃ = x0 + k·mu + σ·n."""
        return self.alpha * sigma

    def coefficients(self, sigma, length):
        """c_in, c_skip, c_out, c_noise, λ (Eqs. 13–18); λ = 1/c_out²."""
        k, data = self.k(sigma), self.sigma_data**2
        v = data + k**2 * self.sigma_mu**2 + 2 * k * self.sigma_cov
        joint = v + sigma**2 / length
        residual = (sigma**2 / length + k**2 * self.sigma_mu**2) * data - k**2 * self.sigma_cov**2
        return (
            (v + sigma**2).rsqrt(), (data + k * self.sigma_cov) / joint, (residual / joint).sqrt(),
            sigma.log() / 4, joint / residual,
        )

    def noised(self, x0, mu, noise, sigma):
        """x̃^l = x0 + k·mu^l + σ·n^l (Alg. 1): x0 [B, H, W, C], mu and noise [B, L, H, W, C]."""
        k, sigma = (_like(t, mu) for t in (self.k(sigma), sigma))
        return torch.addcmul(x0[:, None] + k * mu, sigma, noise)


def _like(value, x):
    """Returns values [B] in x's type and rank."""
    return value.to(x.dtype).view(-1, *[1] * (x.ndim - 1))


def denoise(network, process, x, sigma, condition, **options):
    """D = mean_l(c_skip·x̃^l) + c_out·F({[c_in·x̃^l, c^l]}, c_noise) (Eq. 13): [B, H, W, C]."""
    c_in, c_skip, c_out, c_noise, _ = process.coefficients(sigma, x.shape[1])
    inputs = _like(c_in, x) * x
    if condition is not None:
        inputs = torch.cat([inputs, condition], -1)
    image, _ = network(inputs, c_noise.to(x.dtype), **options)
    mean = x[:, 0] if x.shape[1] == 1 else x.mean(1)
    return torch.addcmul(_like(c_skip, mean) * mean, _like(c_out, mean), image)


def karras(steps, sigma_min=0.001, sigma_max=100.0, rho=7.0):
    """σ_0 = σ_max … σ_{N−1} = σ_min, evenly spaced in σ^(1/ρ), then 0 (EDM Eq. 5)."""
    ramp = torch.linspace(0, 1, steps, dtype=torch.float64, device="cpu")
    low, high = sigma_min ** (1 / rho), sigma_max ** (1 / rho)
    return torch.cat([(high + ramp * (low - high)) ** rho, torch.zeros(1, dtype=torch.float64, device="cpu")])


def sample(network, process, mu, condition, noise, sigmas, *, s_churn=0.0, s_tmin=0.0,
           s_tmax=math.inf, s_noise=1.0, draw=None, trace=None):
    """Euler steps with churn (Alg. 2); γ is not capped.

    `noise` starts the state, `draw()` gives the noise of each churned step, `trace(x, D)` sees each
    state with the D that led to it.
    """
    steps, batch = len(sigmas) - 1, mu.shape[0]
    x = process.k(sigmas[0]).item() * mu + sigmas[0].item() * noise
    if trace:
        trace(x, None)
    for sigma, following in zip(sigmas.tolist(), sigmas[1:].tolist()):
        gamma = s_churn / steps if s_tmin <= sigma <= s_tmax else 0.0
        hat = sigma * (1 + gamma)
        if gamma > 0:
            x = x + (process.k(hat) - process.k(sigma)) * mu
            x = x + math.sqrt(hat**2 - sigma**2) * s_noise * draw()
        denoised = denoise(
            network, process, x, torch.full((batch,), hat, dtype=torch.float64), condition
        )
        # x + (σ' − σ̂)·(x − D)/σ̂
        x = torch.lerp(denoised[:, None], x, following / hat)
        if trace:
            trace(x, denoised)
    return x.mean(1)


def loss(network, process, x0, mu, condition, noise, sigma):
    """λ(σ)·(D − x0)², mean over a sample's pixels and channels (Alg. 1): [B]."""
    x = process.noised(x0, mu, noise, sigma)
    denoised = denoise(network, process, x, sigma, condition)
    weight = process.coefficients(sigma, mu.shape[1])[-1]
    return weight.to(x0.dtype) * (denoised - x0).square().mean((1, 2, 3))


def optimizer(network, lr=1e-4):
    """AdamW with PyTorch's defaults over all parameters: all of them decay by 0.01."""
    return torch.optim.AdamW(network.parameters(), lr=lr, weight_decay=0.01, fused=True)


def train_step(network, process, adamw, batch):
    """Performs one step of forward, backward and AdamW; returns its loss."""
    adamw.zero_grad(set_to_none=True)
    value = loss(network, process, **batch).mean()
    value.backward()
    adamw.step()
    return value.detach()


class Ema:
    """Moving average with warm-up: decay min(0.9999, (1 + n)/(10 + n)) at update n = 1, 2, …"""

    def __init__(self, network, decay=0.9999):
        self.decay, self.count = decay, 0
        self.shadow = {name: p.detach().clone() for name, p in network.named_parameters()}

    def update(self, network):
        """Moves the average towards the current parameters."""
        self.count += 1
        decay = min(self.decay, (1 + self.count) / (10 + self.count))
        for name, parameter in network.named_parameters():
            self.shadow[name].lerp_(parameter.detach(), 1 - decay)
