"""Small networks with the parameter names, and the computation, of public programs: what imported files come from."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import cast

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F


@pytest.fixture
def public() -> Mapping[str, Callable[[], nn.Module]]:
    """Return, by the start of a layout's title, functions that build a public network of random weights."""
    return {
        "FMEN, folded": lambda: PublicFmen(4, 3, folded=True),
        "FMEN, as it trains": lambda: PublicFmen(3, 1, folded=False),
        "ESRGAN (xinntao": lambda: PublicEsrgan(basicsr=False, channels=3),
        "ESRGAN (XPixelGroup": lambda: PublicEsrgan(basicsr=True, channels=1),
        "ESRGAN x2": lambda: first_esrgan(1, 3),
        "ESRGAN x4": lambda: first_esrgan(2, 3),
        "ESRGAN x8": lambda: first_esrgan(3, 1),
        "EDSR (sanghyun-son": lambda: PublicEdsr(4, 255),
        "EDSR (sanghyun-son #x3": lambda: PublicEdsr(3, 255),
        "EDSR (sanghyun-son #[0, 1]": lambda: PublicEdsr(2, 1),
        "EDSR (XPixelGroup": BasicEdsr,
        "SRGAN (leftthomas": lambda: PublicSrgan(2),
        "SRGAN (leftthomas #x8": lambda: PublicSrgan(3),
        "Swift-SRGAN": lambda: PublicSwiftSrgan(2),
        "VDSR (twtygqyy/pytorch-vdsr)": PublicVdsr,
        "VDSR (twtygqyy/pytorch-vdsr, first": first_vdsr,
        "FSRCNN": lambda: public_fsrcnn(3),
        "ESPCN": lambda: public_espcn(3),
        "SRCNN": lambda: public_srcnn(5),
        "SRCNN #9-1-5": lambda: public_srcnn(1),
        "not ours: pixel unshuffle": lambda: PublicEsrgan(basicsr=True, channels=3, read=12),
        "not ours: ESPCN of other names": lambda: public_srcnn(3, first=5),
    }


def conv(inputs: int, outputs: int, kernel: int = 3, bias: bool = True) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=bias)


def named(**layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(OrderedDict(layers))


class Sum(nn.Sequential):
    """Adds its input, after multiplying by `scale`."""

    scale = 1.0

    def forward(self, x: Tensor) -> Tensor:
        inner = x
        for layer in self:
            inner = layer(inner)
        return x + self.scale * inner


def bordered(x: Tensor, values: Tensor) -> Tensor:
    """Pad by one pixel, then write the values over the frame."""
    padded = F.pad(x, (1, 1, 1, 1)).clone()
    for part in (padded[:, :, 0], padded[:, :, -1], padded[:, :, :, 0], padded[:, :, :, -1]):
        part[:] = values[:, None]
    return padded


class FmenRrrb(nn.Module):
    def __init__(self, n: int) -> None:
        super().__init__()
        self.expand_conv, self.reduce_conv = nn.Conv2d(n, 2 * n, 1), nn.Conv2d(2 * n, n, 1)
        self.fea_conv = nn.Conv2d(2 * n, 2 * n, 3)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.expand_conv(x)
        inner = inner + self.fea_conv(bordered(inner, cast(Tensor, self.expand_conv.bias)))
        return cast(Tensor, x + self.reduce_conv(inner))


class FmenHfab(nn.Module):
    def __init__(self, n: int, mid: int, erbs: int, folded: bool) -> None:
        super().__init__()
        self.folded = folded
        self.squeeze = nn.Conv2d(n, mid, 3, padding=int(folded))
        self.convs = nn.Sequential(*(fmen_erb(mid, folded) for _ in range(erbs)))
        self.excitate = nn.Conv2d(mid, n, 3, padding=int(folded))
        if not folded:
            self.bn1, self.bn2, self.bn3 = nn.BatchNorm2d(n), nn.BatchNorm2d(mid), nn.BatchNorm2d(n)

    def forward(self, x: Tensor) -> Tensor:
        inner = x if self.folded else self._normalised(self.bn1, x)
        inner = F.leaky_relu(self.squeeze(inner), 0.1)
        inner = F.leaky_relu(self.convs(inner), 0.1)
        inner = self.excitate(inner if self.folded else self._normalised(self.bn2, inner))
        return x * torch.sigmoid(inner if self.folded else self.bn3(inner))

    @staticmethod
    def _normalised(norm: nn.BatchNorm2d, x: Tensor) -> Tensor:
        return bordered(norm(x), norm(torch.zeros(1, x.shape[1], 1, 1))[0, :, 0, 0])


def fmen_erb(n: int, folded: bool) -> nn.Module:
    def part() -> nn.Module:
        return named(rep_conv=conv(n, n)) if folded else FmenRrrb(n)

    return named(conv1=part(), act=nn.LeakyReLU(0.1), conv2=part())


class PublicFmen(nn.Module):
    """Takes and returns images on [0, 255]."""

    def __init__(self, scale: int, channels: int, folded: bool, n: int = 6, mid: int = 7, blocks: int = 2) -> None:
        super().__init__()
        self.head = conv(channels, n)
        self.warmup = nn.Sequential(conv(n, n), FmenHfab(n, mid - 4, 2, folded))
        self.ERBs = nn.ModuleList(fmen_erb(n, folded) for _ in range(blocks))
        self.HFABs = nn.ModuleList(FmenHfab(n, mid, 1, folded) for _ in range(blocks))
        self.lr_conv = conv(n, n)
        self.tail = nn.Sequential(conv(n, channels * scale**2), nn.PixelShuffle(scale))

    def forward(self, x: Tensor) -> Tensor:
        first = self.head(x)
        inner = self.warmup(first)
        for erb, hfab in zip(self.ERBs, self.HFABs, strict=True):
            inner = hfab(erb(inner))
        return cast(Tensor, self.tail(self.lr_conv(inner) + first))


class Dense(nn.Module):
    def __init__(self, n: int, growth: int, wrap: bool) -> None:
        super().__init__()
        for index in range(1, 6):
            layer = conv(n + (index - 1) * growth, growth if index < 5 else n)
            self.add_module(f"conv{index}", nn.Sequential(layer) if wrap else layer)

    def forward(self, x: Tensor) -> Tensor:
        made = [x]
        for index in range(1, 5):
            made.append(F.leaky_relu(self.get_submodule(f"conv{index}")(torch.cat(made, 1)), 0.2))
        return x + 0.2 * cast(Tensor, self.get_submodule("conv5")(torch.cat(made, 1)))


def rrdb_block(n: int, growth: int, name: str, wrap: bool) -> nn.Module:
    block = Sum(OrderedDict((f"{name}{index}", Dense(n, growth, wrap)) for index in (1, 2, 3)))
    block.scale = 0.2
    return block


class PublicEsrgan(nn.Module):
    """The names of ESRGAN's own code, or BasicSR's."""

    def __init__(self, basicsr: bool, channels: int, read: int = 0, n: int = 5, growth: int = 3) -> None:
        super().__init__()
        self.names = (
            ("conv_first", "body", "conv_body", "conv_up1", "conv_up2", "conv_hr", "conv_last")
            if basicsr
            else ("conv_first", "RRDB_trunk", "trunk_conv", "upconv1", "upconv2", "HRconv", "conv_last")
        )
        dense = "rdb" if basicsr else "RDB"
        body = nn.Sequential(*(rrdb_block(n, growth, dense, wrap=False) for _ in range(2)))
        layers = (conv(read or channels, n), body, conv(n, n), conv(n, n), conv(n, n), conv(n, n), conv(n, channels))
        for name, layer in zip(self.names, layers, strict=True):
            self.add_module(name, layer)

    def forward(self, x: Tensor) -> Tensor:
        first, body, after, up1, up2, late, last = (self.get_submodule(name) for name in self.names)
        inner = first(x)
        inner = inner + after(body(inner))
        for up in (up1, up2):
            inner = F.leaky_relu(up(F.interpolate(inner, scale_factor=2.0)), 0.2)
        return cast(Tensor, last(F.leaky_relu(late(inner), 0.2)))


def first_esrgan(steps: int, channels: int, n: int = 5, growth: int = 3) -> nn.Module:
    """Everything in one list called model."""
    trunk = nn.Sequential(*(rrdb_block(n, growth, "RDB", wrap=True) for _ in range(2)), conv(n, n))
    shortcut = Shortcut(trunk)
    ups = [
        layer for _ in range(steps) for layer in (nn.UpsamplingNearest2d(scale_factor=2), conv(n, n), nn.LeakyReLU(0.2))
    ]
    layers = [conv(channels, n), shortcut, *ups, conv(n, n), nn.LeakyReLU(0.2), conv(n, channels)]
    return named(model=nn.Sequential(*layers))


class Shortcut(nn.Module):
    def __init__(self, sub: nn.Module) -> None:
        super().__init__()
        self.sub = sub

    def forward(self, x: Tensor) -> Tensor:
        return x + cast(Tensor, self.sub(x))


class PublicEdsr(nn.Module):
    """sanghyun-son's, on [0, `value_range`]."""

    def __init__(self, scale: int, value_range: float, n: int = 5, blocks: int = 2) -> None:
        super().__init__()
        self.sub_mean, self.add_mean = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)
        for layer, sign in ((self.sub_mean, -1), (self.add_mean, 1)):
            layer.weight.data = torch.eye(3)[:, :, None, None]
            cast(Tensor, layer.bias).data = sign * value_range * torch.tensor([0.4488, 0.4371, 0.4040])
        self.head = nn.Sequential(conv(3, n))
        self.body = nn.Sequential(*(EdsrBlock(n) for _ in range(blocks)), conv(n, n))
        factors = [3] if scale == 3 else [2] * (scale.bit_length() - 1)
        ups = [layer for factor in factors for layer in (conv(n, factor**2 * n), nn.PixelShuffle(factor))]
        self.tail = nn.Sequential(nn.Sequential(*ups), conv(n, 3))

    def forward(self, x: Tensor) -> Tensor:
        first = self.head(self.sub_mean(x))
        return cast(Tensor, self.add_mean(self.tail(first + self.body(first))))


class EdsrBlock(nn.Module):
    def __init__(self, n: int) -> None:
        super().__init__()
        self.body = nn.Sequential(conv(n, n), nn.ReLU(), conv(n, n))

    def forward(self, x: Tensor) -> Tensor:
        return x + cast(Tensor, self.body(x))


class BasicEdsr(nn.Module):
    """BasicSR's, on [0, 1]; multiplies by 255 itself."""

    def __init__(self, n: int = 5) -> None:
        super().__init__()
        self.conv_first = conv(3, n)
        self.body = nn.Sequential(*(Sum(OrderedDict(conv1=conv(n, n), relu=nn.ReLU(), conv2=conv(n, n))) for _ in "12"))
        self.conv_after_body = conv(n, n)
        self.upsample = nn.Sequential(conv(n, 4 * n), nn.PixelShuffle(2), conv(n, 4 * n), nn.PixelShuffle(2))
        self.conv_last = conv(n, 3)

    def forward(self, x: Tensor) -> Tensor:
        mean = torch.tensor([0.4488, 0.4371, 0.4040])[:, None, None]
        first = self.conv_first((x - mean) * 255)
        last = self.conv_last(self.upsample(first + self.conv_after_body(self.body(first))))
        return cast(Tensor, last / 255 + mean)


class PublicSrgan(nn.Module):
    """leftthomas's."""

    def __init__(self, steps: int, n: int = 5) -> None:
        super().__init__()
        self.block1 = nn.Sequential(conv(3, n, 9), nn.PReLU())
        for index in range(2, 7):
            layers = {"conv1": conv(n, n), "bn1": nn.BatchNorm2d(n), "prelu": nn.PReLU()}
            block = Sum(OrderedDict(layers | {"conv2": conv(n, n), "bn2": nn.BatchNorm2d(n)}))
            self.add_module(f"block{index}", block)
        self.block7 = nn.Sequential(conv(n, n), nn.BatchNorm2d(n))
        ups = [named(conv=conv(n, 4 * n), pixel_shuffle=nn.PixelShuffle(2), prelu=nn.PReLU()) for _ in range(steps)]
        self.block8 = nn.Sequential(*ups, conv(n, 3, 9))

    def forward(self, x: Tensor) -> Tensor:
        first = inner = self.block1(x)
        for index in range(2, 8):
            inner = self.get_submodule(f"block{index}")(inner)
        return (torch.tanh(self.block8(first + inner)) + 1) / 2


def separable(inputs: int, outputs: int, kernel: int, bias: bool = True) -> nn.Sequential:
    depthwise = nn.Conv2d(inputs, inputs, kernel, padding=kernel // 2, groups=inputs, bias=bias)
    return named(depthwise=depthwise, pointwise=conv(inputs, outputs, 1, bias))


class SwiftBlock(nn.Module):
    """Has an activation, used or not."""

    def __init__(self, inputs: int, outputs: int, kernel: int, norm: bool, act: bool) -> None:
        super().__init__()
        self.cnn = separable(inputs, outputs, kernel, bias=not norm)
        self.bn = nn.BatchNorm2d(outputs) if norm else nn.Identity()
        self.act = nn.PReLU(outputs)
        self.use_act = act

    def forward(self, x: Tensor) -> Tensor:
        inner = self.bn(self.cnn(x))
        return cast(Tensor, self.act(inner) if self.use_act else inner)


class PublicSwiftSrgan(nn.Module):
    def __init__(self, steps: int, n: int = 5) -> None:
        super().__init__()
        self.initial = SwiftBlock(3, n, 9, norm=False, act=True)
        blocks = [
            Sum(OrderedDict(block1=SwiftBlock(n, n, 3, True, True), block2=SwiftBlock(n, n, 3, True, False)))
            for _ in range(2)
        ]
        self.residual = nn.Sequential(*blocks)
        self.convblock = SwiftBlock(n, n, 3, norm=True, act=False)
        ups = [named(conv=separable(n, 4 * n, 3), ps=nn.PixelShuffle(2), act=nn.PReLU(n)) for _ in range(steps)]
        self.upsampler = nn.Sequential(*ups)
        self.final_conv = separable(n, 3, 9)

    def forward(self, x: Tensor) -> Tensor:
        first = self.initial(x)
        inner = self.upsampler(self.convblock(self.residual(first)) + first)
        return (torch.tanh(self.final_conv(inner)) + 1) / 2


class PublicVdsr(nn.Module):
    """twtygqyy's: takes the enlarged image."""

    def __init__(self, n: int = 5) -> None:
        super().__init__()
        self.input, self.output = conv(1, n, bias=False), conv(n, 1, bias=False)
        self.residual_layer = nn.Sequential(*(named(conv=conv(n, n, bias=False), relu=nn.ReLU()) for _ in range(18)))

    def forward(self, x: Tensor) -> Tensor:
        return x + cast(Tensor, self.output(self.residual_layer(F.relu(self.input(x)))))


def first_vdsr(n: int = 5) -> nn.Module:
    layers: list[nn.Module] = [conv(1, n, bias=False)]
    for index in range(19):
        layers += [nn.ReLU(), conv(n, n if index < 18 else 1, bias=False)]
    return Sum(OrderedDict(features=nn.Sequential(*layers)))


def public_fsrcnn(scale: int, d: int = 6, s: int = 4, m: int = 3) -> nn.Module:
    mid: list[nn.Module] = [conv(d, s, 1), nn.PReLU(s)]
    for _ in range(m):
        mid += [conv(s, s), nn.PReLU(s)]
    mid += [conv(s, d, 1), nn.PReLU(d)]
    last = nn.ConvTranspose2d(d, 1, 9, scale, 4, output_padding=scale - 1)
    return named(first_part=nn.Sequential(conv(1, d, 5), nn.PReLU(d)), mid_part=nn.Sequential(*mid), last_part=last)


def public_espcn(scale: int, first: int = 5) -> nn.Module:
    return named(
        first_part=nn.Sequential(conv(1, 6, first), nn.Tanh(), conv(6, 3), nn.Tanh()),
        last_part=nn.Sequential(conv(3, scale**2), nn.PixelShuffle(scale)),
    )


def public_srcnn(middle: int, first: int = 9) -> nn.Module:
    """Takes the enlarged image."""
    return named(
        conv1=conv(1, 6, first), relu1=nn.ReLU(), conv2=conv(6, 3, middle), relu2=nn.ReLU(), conv3=conv(3, 1, 5)
    )
